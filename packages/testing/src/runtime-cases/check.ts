/** The checks of the runtime cases: plain throws, so that they run where no test runner is, such as in a page. */

/** @throws Error unless `actual` is deeply equal to `expected`, typed arrays of the same kind included */
export function equal(actual: unknown, expected: unknown, what = 'it'): void {
  const at = difference(actual, expected, what);
  if (at !== undefined) throw new Error(at);
}

export function truthy(value: unknown, what: string): void {
  if (!value) throw new Error(`expected ${what}`);
}

/** What an error must be: of a class, with a message like this, or this very one. */
export type ExpectedError = (abstract new (...args: never[]) => Error) | RegExp | Error;

/** @throws Error unless the promise rejects as expected */
export async function rejects(
  promise: Promise<unknown>,
  expected: ExpectedError,
  what = 'it',
): Promise<void> {
  let error: unknown;
  try {
    error = { value: await promise };
  } catch (thrown) {
    if (isAsExpected(thrown, expected)) return;
    throw new Error(`${what}: expected to be rejected with ${nameOf(expected)}, was with ${show(thrown)}`, {
      cause: thrown,
    });
  }
  throw new Error(`${what}: expected to be rejected with ${nameOf(expected)}, resolved to ${show(error)}`);
}

function isAsExpected(thrown: unknown, expected: ExpectedError): boolean {
  if (expected instanceof RegExp) return thrown instanceof Error && expected.test(thrown.message);
  if (expected instanceof Error) return thrown === expected;
  // A class of ours has its name on each error too: a thread that lost the class must not lose the name.
  return thrown instanceof expected && thrown.name === expected.name;
}

const nameOf = (expected: ExpectedError): string =>
  typeof expected === 'function' ? expected.name : String(expected);

function show(value: unknown): string {
  if (value instanceof Error) return String(value);
  const text = ArrayBuffer.isView(value) ? `${value.constructor.name} ${value}` : JSON.stringify(value);
  return text === undefined ? String(value) : text.slice(0, 200);
}

function difference(actual: unknown, expected: unknown, path: string): string | undefined {
  if (Object.is(actual, expected)) return undefined;
  const differs = `${path}: expected ${show(expected)}, got ${show(actual)}`;
  if (typeof actual !== 'object' || typeof expected !== 'object' || !actual || !expected) return differs;
  if (Object.prototype.toString.call(actual) !== Object.prototype.toString.call(expected)) return differs;
  const [a, b] = [Object.entries(actual), Object.entries(expected)];
  if (a.length !== b.length) return differs;
  for (const [key, value] of b) {
    if (!Object.hasOwn(actual, key)) return differs;
    const found = difference((actual as Record<string, unknown>)[key], value, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
