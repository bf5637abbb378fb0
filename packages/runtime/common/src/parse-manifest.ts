import * as v from 'valibot';
import { BundleError, messageOf } from './errors.ts';
import { type Manifest, manifestSchema } from './manifest.ts';
import { decodeUtf8 } from './utf8.ts';

const where = 'manifest.json';

/**
 * The manifest that `source`, the contents of a bundle's `manifest.json`, holds.
 * @throws BundleError, in one line, when it is not JSON, of a schema this version does not know, or not valid
 */
export function parseManifest(source: Uint8Array | string): Manifest {
  const json = readJson(source);
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new BundleError(where, 'an object', describe(json), 'package the bundle again');
  const { schema } = json as { schema?: unknown };
  if (schema !== 1)
    throw new BundleError(
      where,
      'schema 1',
      `schema ${describe(schema)}`,
      typeof schema === 'number' && schema > 1
        ? 'the bundle is newer than this runtime: update the @trainyard/runtime packages'
        : 'package the bundle again',
    );
  const result = v.safeParse(manifestSchema, json);
  if (!result.success) throw issueError(result.issues[0]);
  checkNames(result.output);
  return result.output;
}

function readJson(source: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof source === 'string' ? source : decodeUtf8(source));
  } catch (cause) {
    throw new BundleError(where, 'JSON in UTF-8', messageOf(cause), 'copy or package the bundle again', {
      cause,
    });
  }
}

function issueError(issue: v.BaseIssue<unknown>): BundleError {
  const path = v.getDotPath(issue);
  const expected = issue.requirement instanceof RegExp ? `text like ${issue.requirement}` : issue.expected;
  return new BundleError(
    path ? `${where}, ${path}` : where,
    expected ?? issue.message,
    issue.expected && !(issue.requirement instanceof RegExp) ? issue.received : describe(issue.input),
    'package the bundle again',
  );
}

function checkNames({ variants, labels }: Manifest): void {
  for (const [what, names] of [
    ['variant names', variants.map(({ name }) => name)],
    ['labels', labels],
  ] as const) {
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined)
      throw new BundleError(where, `${what} that differ`, `"${twice}" twice`, 'package the bundle again');
  }
}

function describe(value: unknown): string {
  const text = stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // JSON.parse reads lists nested so deep that writing them runs out of stack.
    return 'something nested very deep';
  }
}
