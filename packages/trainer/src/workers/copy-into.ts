import type { TypedArray } from '@trainyard/autograd';

/** Copies the elements of tensors into others of the same names. */
export function copyInto(
  target: Readonly<Record<string, { data: TypedArray }>>,
  source: typeof target,
): void {
  for (const [name, { data }] of Object.entries(target)) data.set(source[name].data as never);
}
