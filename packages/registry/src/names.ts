import { InputError } from './errors.ts';

/** What models and pipelines may be called: it becomes a folder's name on every platform. */
const namePattern = /^[a-z0-9][a-z0-9-]{0,63}$/;
const segmentPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,126}$/;
const metricPattern = /^[A-Za-z][A-Za-z0-9_.-]{0,63}(\/[A-Za-z0-9][A-Za-z0-9_.-]{0,63}){0,7}$/;
const keyPattern = /^[A-Za-z0-9][A-Za-z0-9._:+@/-]{0,254}$/;
const digestPattern = /^sha256:[0-9a-f]{64}$/;
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Windows opens a device at these names, whatever their extension. */
const devices = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;
const maxSegments = 8;
const maxFileName = 255;

/** @throws InputError unless it is lower-case letters, digits and hyphens, at most 64, and no device of Windows */
export function checkName(where: string, name: string): string {
  if (typeof name === 'string' && namePattern.test(name) && !devices.test(name)) return name;
  throw new InputError(
    where,
    'a name of 1 to 64 lower-case letters, digits and hyphens, no hyphen first and no device of Windows',
    quote(name),
  );
}

/**
 * The name of a file in a run or a bundle: plain names, at most 8, joined by `/`. So it leads nowhere but into the
 * folder it is put in: no `..`, no absolute path, no escapes, no NUL.
 * @throws InputError
 */
export function checkFileName(where: string, name: string): string {
  const segments = typeof name === 'string' && name.length <= maxFileName ? name.split('/') : [];
  const plain = (segment: string) =>
    segmentPattern.test(segment) && !segment.endsWith('.') && !devices.test(segment);
  if (segments.length > 0 && segments.length <= maxSegments && segments.every(plain)) return name;
  throw new InputError(
    where,
    `a relative path of 1 to ${maxSegments} plain file names (letters, digits, '.', '_', '-'), at most ${maxFileName} characters`,
    quote(name),
  );
}

/** @throws InputError unless it is such as `loss` or `validation/accuracy` */
export function checkMetricName(where: string, name: string): string {
  if (typeof name === 'string' && metricPattern.test(name)) return name;
  throw new InputError(where, "a metric's name, such as validation/accuracy", quote(name));
}

/** A caller's own name for something that must happen once: `digits@2026-11-25T03:00Z`. @throws InputError */
export function checkKey(where: string, key: string): string {
  if (typeof key === 'string' && keyPattern.test(key)) return key;
  throw new InputError(where, "a key of 1 to 255 letters, digits and any of '._:+@/-'", quote(key));
}

/** @throws InputError unless it is `sha256:` and 64 hexadecimal digits, in lower case */
export function checkDigest(where: string, digest: string): string {
  if (typeof digest === 'string' && digestPattern.test(digest)) return digest;
  throw new InputError(where, 'a digest, sha256: and 64 hexadecimal digits', quote(digest));
}

/** @throws InputError unless it is a UUID in lower case */
export function checkId(where: string, id: string): string {
  if (typeof id === 'string' && uuidPattern.test(id)) return id;
  throw new InputError(where, 'an id, a UUID in lower case', quote(id));
}

/** @throws InputError unless it is a whole number from `least` up, exact in a double */
export function checkWhole(where: string, value: number, least = 0): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new InputError(where, `a whole number from ${least} up`, quote(value));
}

/** A value as a message shows it: JSON, cut where it is long. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' || typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
