import { createContext, Script } from 'node:vm';
import { hermesBuiltins } from './hermes-builtins.cases.ts';

/** A JavaScript realm that has what an app on a phone has: Hermes' library, and a little of React Native's. */
export interface Phone {
  /** Runs code in it, and gives the value of its last expression. */
  run(code: string): unknown;
}

// Runs inside of the realm, over the names of Hermes' library.
const takeAway = `(builtins) => {
  const keep = new Map(Object.entries(builtins).map(([name, names]) => [name, new Set(names.split(' '))]));
  const prune = (object, kept, always) => {
    for (const name of Object.getOwnPropertyNames(object))
      if (!kept.has(name) && !always.includes(name)) delete object[name];
  };
  const typedArray = Object.getPrototypeOf(Int8Array);
  prune(typedArray, keep.get('TypedArray'), ['length', 'name', 'prototype']);
  prune(typedArray.prototype, keep.get('TypedArray.prototype'), ['constructor']);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const value = globalThis[name];
    if (['globalThis', 'undefined', 'NaN', 'Infinity'].includes(name)) continue;
    if (!keep.has(name)) delete globalThis[name];
    else if (typeof value === 'function' || typeof value === 'object') {
      prune(value, keep.get(name), ['length', 'name', 'prototype']);
      if (keep.has(name + '.prototype')) prune(value.prototype, keep.get(name + '.prototype'), ['constructor']);
    }
  }
}`;

// React Native's: without TextDecoder, WebCrypto, structuredClone, DOMException, Buffer, process. Its AbortController
// is that of npm's abort-controller, whose signals have no reason.
const platform = `
  globalThis.global = globalThis;
  globalThis.window = globalThis;
  globalThis.performance = { now: host.now };
  globalThis.setTimeout = host.setTimeout;
  globalThis.console = host.console;
  globalThis.TextEncoder = class { encode(text) { return Uint8Array.from(host.utf8(text)); } };
  globalThis.AbortSignal = class {
    aborted = false;
    listeners = [];
    addEventListener(_, listener) { this.listeners.push(listener); }
    removeEventListener(_, listener) { this.listeners = this.listeners.filter((other) => other !== listener); }
  };
  globalThis.AbortController = class {
    signal = new AbortSignal();
    abort() {
      this.signal.aborted = true;
      for (const listener of [...this.signal.listeners]) listener({ type: 'abort' });
    }
  };
  delete globalThis.host;
`;

export function makePhone(): Phone {
  const host = {
    now: () => performance.now(),
    setTimeout,
    console,
    utf8: (text: string) => [...new TextEncoder().encode(text)],
  };
  const context = createContext({});
  const run = (code: string): unknown => new Script(code).runInContext(context);
  (run(takeAway) as (builtins: typeof hermesBuiltins) => void)(hermesBuiltins);
  context.host = host;
  run(platform);
  return { run };
}
