const terms = 13;
const perUnit = 8;
const farthest = 6;

/**
 * Taylor coefficients of erf around the multiples of 1/8 up to 6, where erf is 1 to double precision. With
 * g = erf' = 2/√π e^(−x²), g' = −2 x g gives those of g: (k + 1) gₖ₊₁ = −2 (x gₖ + gₖ₋₁).
 */
const coefficients = Float64Array.from({ length: (farthest * perUnit + 1) * terms });
for (let node = 0; node <= farthest * perUnit; node++) {
  const x = node / perUnit;
  const at = node * terms;
  coefficients[at] = series(x);
  let before = 0;
  let slope = (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x);
  for (let k = 0; k + 1 < terms; k++) {
    coefficients[at + k + 1] = slope / (k + 1);
    [before, slope] = [slope, (-2 * (x * slope + before)) / (k + 1)];
  }
}

/** erf x = 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!, all of whose terms are positive. Abramowitz and Stegun, 7.1.6. */
function series(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; term > total * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

/** The error function, to about 1e-15. */
export function erf(x: number): number {
  const z = Math.abs(x);
  if (!(z < farthest)) return Math.sign(x);
  const node = Math.round(z * perUnit);
  const d = z - node / perUnit;
  let y = 0;
  for (let k = node * terms + terms - 1; k >= node * terms; k--) y = y * d + coefficients[k];
  return x < 0 ? -y : y;
}
