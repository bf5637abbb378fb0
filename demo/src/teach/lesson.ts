import type { Example } from './examples.ts';

const storageKey = 'trainyard-lesson';

/** The visitor's examples; the browser keeps them until they are forgotten. */
export class Lesson {
  #examples: readonly Example[] = [];
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get examples(): readonly Example[] {
    return this.#examples;
  }

  add(example: Example): void {
    this.#set([...this.#examples, example]);
  }

  remove(example: Example): void {
    this.#set(this.#examples.filter((other) => other !== example));
  }

  clear(): void {
    this.#set([]);
  }

  /** Takes up what was kept in an earlier visit; what can't be read is left out. */
  restore(): void {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]');
      this.#examples = Array.isArray(kept) ? kept.flatMap(exampleOf) : [];
    } catch {
      this.#examples = [];
    }
    this.#onChange();
  }

  #set(examples: readonly Example[]): void {
    this.#examples = examples;
    try {
      const plain = examples.map(({ label, pixels }) => ({ label, pixels: [...pixels] }));
      localStorage.setItem(storageKey, JSON.stringify(plain));
    } catch {
      // A page without storage keeps them while it is open.
    }
    this.#onChange();
  }
}

function exampleOf(value: unknown): Example[] {
  const { label, pixels } = (value ?? {}) as { label?: unknown; pixels?: unknown };
  const isPicture =
    Array.isArray(pixels) &&
    pixels.length === 64 &&
    pixels.every((level) => Number.isInteger(level) && level >= 0 && level <= 255);
  if (typeof label !== 'string' || label === '' || !isPicture) return [];
  return [{ label, pixels: Uint8Array.from(pixels as number[]) }];
}
