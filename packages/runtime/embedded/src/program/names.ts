/** Words of C99, and names that the generated source itself uses. */
const reserved = new Set(
  (
    'auto break case char const continue default do double else enum extern float for goto if inline int long ' +
    'register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while ' +
    'main arena NULL NAN INFINITY AT errno assert bool true false'
  ).split(' '),
);
const maxLength = 48;

/** Gives out C identifiers: readable, and each once. */
export class CNames {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set([...reserved, ...taken]);
  }

  /** `base` as an identifier, with a number where it is taken. */
  unique(base: string): string {
    const plain = identifier(base);
    let name = plain;
    for (let i = 2; this.#taken.has(name); i++) name = `${plain}_${i}`;
    this.#taken.add(name);
    return name;
  }
}

/** Letters, digits and underscores, beginning with a letter: `1.weight` is `t1_weight`. */
export function identifier(text: string): string {
  const plain = text
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, maxLength);
  return /^[A-Za-z]/.test(plain) ? plain : `t${plain}`;
}
