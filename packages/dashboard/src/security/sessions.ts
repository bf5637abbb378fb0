import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits, as text for URLs. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** In a time that tells nothing of where they differ. */
export function equalSecrets(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest();
  return timingSafeEqual(digest(a), digest(b));
}

export interface Session {
  /** In the browser's HttpOnly cookie, which no script reads. */
  readonly cookie: string;
  /** In the page's own storage, which no other origin reads: a form carries it. */
  readonly form: string;
  /** What the next page says of what was done. */
  notice: Notice | undefined;
}

export interface Notice {
  readonly kind: 'done' | 'failed';
  readonly text: string;
}

const mostSessions = 32;
const lifetime = 12 * 3600 * 1000;

/**
 * Who gave the token. A session has two halves, and a change needs both: browsers send cookies of 127.0.0.1 to servers
 * on all its ports, and to ours from pages of all its ports, so a cookie alone proves nothing.
 */
export class Sessions {
  readonly #token: string;
  readonly #sessions: (Session & { readonly until: number })[] = [];

  constructor(token: string) {
    this.#token = token;
  }

  /** Undefined unless it is the token. */
  open(token: string): Session | undefined {
    if (!equalSecrets(token, this.#token)) return undefined;
    const session = {
      cookie: newSecret(),
      form: newSecret(),
      notice: undefined,
      until: Date.now() + lifetime,
    };
    this.#sessions.push(session);
    if (this.#sessions.length > mostSessions) this.#sessions.shift();
    return session;
  }

  find(cookie: string | undefined): Session | undefined {
    if (cookie === undefined) return undefined;
    return this.#sessions.find(
      (session) => equalSecrets(session.cookie, cookie) && session.until > Date.now(),
    );
  }

  close(session: Session): void {
    const at = this.#sessions.findIndex(({ cookie }) => cookie === session.cookie);
    if (at >= 0) this.#sessions.splice(at, 1);
  }
}
