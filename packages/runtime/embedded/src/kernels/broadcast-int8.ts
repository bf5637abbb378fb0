/**
 * The elements of a result with two operands, as three dimensions that memory has, and how far each operand moves along
 * them: 0 where it is repeated.
 */
export const broadcastFields = [
  'outer',
  'inner',
  'channels',
  'aOuter',
  'aInner',
  'aChannel',
  'bOuter',
  'bInner',
  'bChannel',
] as const;

export type Broadcast = Readonly<Record<(typeof broadcastFields)[number], number>>;

export function forEachPair(p: Broadcast, visit: (a: number, b: number, at: number) => void): void {
  let at = 0;
  for (let o = 0; o < p.outer; o++)
    for (let i = 0; i < p.inner; i++)
      for (let c = 0; c < p.channels; c++)
        visit(
          o * p.aOuter + i * p.aInner + c * p.aChannel,
          o * p.bOuter + i * p.bInner + c * p.bChannel,
          at++,
        );
}

/** The operands that are as large as the result, whose memory it may take. */
export function denseOperands(p: Broadcast): number[] {
  const isDense = (outer: number, inner: number, channel: number) =>
    (p.outer === 1 || outer === p.inner * p.channels) &&
    (p.inner === 1 || inner === p.channels) &&
    (p.channels === 1 || channel === 1);
  const dense = [isDense(p.aOuter, p.aInner, p.aChannel), isDense(p.bOuter, p.bInner, p.bChannel)];
  return [0, 1].filter((operand) => dense[operand]);
}

/** A C function over all pairs; `result` is an expression of `a` and `b`, int32 without their zero points. */
export const pairSource = (name: string, before: string, result: string): string =>
  `static void ${name}(const int8_t *x, const int8_t *w, int8_t *y, const ${name}_parameters *p) {
  int32_t o, i, c;
${before}  for (o = 0; o < p->outer; o++)
    for (i = 0; i < p->inner; i++) {
      const int8_t *left = x + o * p->a_outer + i * p->a_inner, *right = w + o * p->b_outer + i * p->b_inner;
      for (c = 0; c < p->channels; c++, left += p->a_channel, right += p->b_channel) {
        const int32_t a = *left - p->a_zero, b = *right - p->b_zero;
        ${result}
      }
    }
}`;
