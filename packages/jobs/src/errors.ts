import { RegistryError } from '@trainyard/registry';

/** What the engine throws at bad input, and at a state that forbids a call. */
export class JobError extends RegistryError {
  override readonly name = 'JobError';
}

export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message || error.name : String(error))
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .trim();
