const twoOverRootPi = 2 / Math.sqrt(Math.PI);

/**
 * The error function, to about 1e-15. Below 2.5 its power series erf(x) = 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!,
 * all of whose terms are positive; above, the continued fraction of the complement, evaluated from its tail.
 * Abramowitz and Stegun, 7.1.6 and 7.1.14.
 */
export function erf(x: number): number {
  const z = Math.abs(x);
  if (z === 0 || Number.isNaN(x)) return x;
  if (z > 6) return Math.sign(x);
  return Math.sign(x) * (z < 2.5 ? series(z) : 1 - complement(z));
}

function series(z: number): number {
  let term = z;
  let total = z;
  for (let n = 1; term > total * 1e-17; n++) {
    term *= (2 * z * z) / (2 * n + 1);
    total += term;
  }
  return twoOverRootPi * Math.exp(-z * z) * total;
}

function complement(z: number): number {
  let tail = z;
  for (let n = 60; n >= 1; n--) tail = z + n / 2 / tail;
  return Math.exp(-z * z) / (Math.sqrt(Math.PI) * tail);
}
