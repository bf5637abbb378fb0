/**
 * The offsets of nested loops, the first level outermost: `nested([rows, width], [columns, 1])` are the places
 * of a matrix's elements in memory.
 */
export function nested(...levels: readonly (readonly [count: number, step: number])[]): Int32Array {
  let table = new Int32Array(1);
  for (const [count, step] of levels) {
    const next = new Int32Array(table.length * count);
    let at = 0;
    for (let i = 0; i < table.length; i++) for (let k = 0; k < count; k++) next[at++] = table[i] + k * step;
    table = next;
  }
  return table;
}
