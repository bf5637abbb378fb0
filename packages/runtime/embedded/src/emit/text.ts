const maxWidth = 110;

/** Text of a model for a C comment: it can't end the comment, and is one line of ASCII. */
export const inComment = (text: string): string =>
  text
    .replace(/[^\x20-\x7e]/g, '?')
    .replaceAll('*/', '* /')
    .replaceAll('/*', '/ *')
    .replace(/\?{2,}/g, '?');

/** A C string literal of the text in UTF-8. */
export function cString(text: string): string {
  const escaped = Array.from(new TextEncoder().encode(text), (byte) => {
    const char = String.fromCharCode(byte);
    // A question mark could begin a trigraph.
    if (char === '"' || char === '\\' || char === '?') return `\\${char}`;
    return byte >= 0x20 && byte < 0x7f ? char : `\\${byte.toString(8).padStart(3, '0')}`;
  });
  return `"${escaped.join('')}"`;
}

/** Items separated by commas, in lines that are not too long. */
export function wrapped(items: Iterable<string>, indent = '  '): string {
  const lines: string[] = [];
  let line = '';
  for (const item of items) {
    if (line && indent.length + line.length + item.length + 2 > maxWidth) {
      lines.push(`${indent}${line},`);
      line = '';
    }
    line += line ? `, ${item}` : item;
  }
  if (line) lines.push(`${indent}${line}`);
  return lines.join('\n');
}

/** 12,288 */
export const grouped = (count: number): string => count.toLocaleString('en-US');
