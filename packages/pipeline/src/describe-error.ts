const remedies: Readonly<Record<string, readonly [expected: string, got: string, remedy: string]>> = {
  ENOSPC: ['room for the result', 'a full disk', 'free some space and run the same command again'],
  EDQUOT: ['room for the result', 'a full quota', 'free some space and run the same command again'],
  EFBIG: [
    'room for the result',
    'a limit of file sizes',
    'raise it, or free some space, and run the command again',
  ],
  EROFS: ['a folder to write into', 'a read-only file system', 'work on one that can be written'],
  EACCES: ['permission', 'none', 'change who may read and write there'],
  EPERM: ['permission', 'none', 'change who may read and write there'],
  ENOTDIR: ['a folder', 'a file', 'move the file out of the way'],
  EISDIR: ['a file', 'a folder', 'move the folder out of the way'],
  ENAMETOOLONG: ['a shorter name', 'one that the file system refuses', 'use shorter names'],
  EMFILE: ['files to open', 'too many that are open', 'raise the limit of open files, `ulimit -n`'],
};

/** No name of a file or class breaks the line or reaches the terminal as a command. */
export const printable = (text: string): string =>
  text.replace(/\p{Cc}/gu, (character) =>
    character < ' '
      ? JSON.stringify(character).slice(1, -1)
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** An error of ours says what was expected, what came and what to do. */
export const isOurs = (error: unknown): boolean =>
  error instanceof Error && /: expected .*, got /s.test(error.message);

/** What went wrong as one line: where, what was expected, what came, what to do. */
export function describeError(error: unknown): string {
  const { message, code, path } = (
    error instanceof Error ? error : new Error(String(error))
  ) as NodeJS.ErrnoException;
  if (isOurs(error)) return printable(message);
  const known = code === undefined ? undefined : remedies[code];
  if (known) {
    const [expected, got, remedy] = known;
    return printable(`${path ?? 'writing'}: expected ${expected}, got ${got} (${code}); ${remedy}`);
  }
  return `${printable(firstLines(message))}; --verbose shows where`;
}

/** A compiler's message names file and line only in its second line. */
const firstLines = (message: string): string =>
  message
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .slice(0, 2)
    .join(' ');
