import { raw, html as template } from 'hono/html';

/** Text that is HTML already: made by `html` and `trusted` alone, so that plain text is always escaped. */
export type Html = ReturnType<typeof raw>;
export type Part = Html | string | number | null | undefined | boolean | readonly Part[];

/** Builds HTML; what is filled in is escaped unless it is Html, lists are joined, `false` and nothing are left out. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  // A promise comes only of promises, which a part can't be.
  template(strings, ...parts) as Html;

/** Marks text as HTML that needs no escaping: drawings whose maker escapes. */
export const trusted = (text: string): Html => raw(text);
