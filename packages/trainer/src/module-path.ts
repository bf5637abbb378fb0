import { InputError, scope, type TensorType } from '@trainyard/autograd';
import { NetworkError } from './network-error.ts';

/** What an observer is told of each module that has run. */
export interface ModuleRun {
  readonly path: string;
  /** Class of the module, `Conv2d`. */
  readonly kind: string;
  readonly input: TensorType;
  readonly output: TensorType;
}

let path: readonly string[] = [];
let observe: ((run: ModuleRun) => void) | undefined;

/** The path of the module that is running, or `kind` where a module was called on its own. */
export const modulePath = (kind: string): string => (path.length > 0 ? path.join('.') : kind);

/**
 * Runs the module `name` inside of the one that is running: its operators are traced under that name, and an
 * operator's complaint about its input becomes one of the module.
 */
export function within<T extends TensorType>(name: string, kind: string, input: TensorType, fn: () => T): T {
  const before = path;
  path = [...before, name];
  try {
    const output = scope(name, fn);
    observe?.({ path: path.join('.'), kind, input, output });
    return output;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new NetworkError(path.join('.'), error.message, { cause: error });
  } finally {
    path = before;
  }
}

/** Runs `fn` and tells `observer` of every child module that runs in it, inner ones first. */
export function observeModules<T>(observer: (run: ModuleRun) => void, fn: () => T): T {
  const before = observe;
  observe = observer;
  try {
    return fn();
  } finally {
    observe = before;
  }
}
