/** Text that is HTML already. Made only by `html` and `trusted`, so that plain strings are always escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

type Part = Html | string | number | null | undefined | false | readonly Part[];

/** Builds HTML from a template; what is filled in is escaped unless it is Html, lists are joined, nothing is left out. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((text, string, i) => text + fill(parts[i - 1]) + string));
}

/** Marks text as HTML that needs no escaping: our own CSS, and drawings whose maker escapes. */
export function trusted(text: string): Html {
  return new Html(text);
}

function fill(part: Part): string {
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(fill).join('');
  if (part === null || part === undefined || part === false) return '';
  return escapeHtml(String(part));
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes for element content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}
