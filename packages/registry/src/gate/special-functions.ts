/** Coefficients of C. Lanczos' approximation for g = 7, as computed by P. Godfrey; 15 digits. */
const lanczos = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406,
  12.507343278686905, -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const t = x + 6.5;
  let sum = lanczos[0];
  for (let i = 1; i < lanczos.length; i++) sum += lanczos[i] / (x - 1 + i);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/**
 * Q(a, x) = Γ(a, x) / Γ(a), the upper regularized incomplete gamma function, for a > 0 and x ≥ 0: by its series below
 * a + 1 (DLMF 8.7.1) and its continued fraction above (DLMF 8.9.2, evaluated by Lentz' method).
 */
function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? 1 - front * lowerSeries(a, x) : front * upperFraction(a, x);
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function upperFraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < 10_000; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / nonZero(numerator * d + b, tiny);
    c = nonZero(b + numerator / c, tiny);
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return value;
}

const nonZero = (value: number, tiny: number) => (Math.abs(value) < tiny ? tiny : value);

/** P(X ≥ x) of the chi-squared distribution (Abramowitz & Stegun 26.4.19). */
export const chiSquaredTail = (x: number, freedom: number): number => upperGamma(freedom / 2, x / 2);

/** P(X = k) of n fair coins. */
export function fairCoins(k: number, n: number): number {
  return Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) - n * Math.LN2);
}

/** P(X ≤ k) of n fair coins. */
export function fairCoinsAtMost(k: number, n: number): number {
  let term = fairCoins(k, n);
  let sum = term;
  // C(n, i - 1) = C(n, i) i / (n - i + 1)
  for (let i = k; i > 0 && term > 0; i--) {
    term *= i / (n - i + 1);
    sum += term;
  }
  return Math.min(1, sum);
}

/**
 * P(K > x) of Kolmogorov's distribution, the limit of √n D: 2 Σ (−1)^(j−1) exp(−2 j² x²), and below 1.18, where that
 * converges slowly, 1 − √(2π)/x Σ exp(−(2j−1)² π² / (8 x²)) (A. Kolmogorov 1933; N. Smirnov 1948).
 */
export function kolmogorovTail(x: number): number {
  if (x <= 0) return 1;
  let sum = 0;
  if (x < 1.18) {
    for (let j = 1; j <= 20; j++) sum += Math.exp(-(((2 * j - 1) * Math.PI) ** 2) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  for (let j = 1; j <= 20; j++) sum += (j % 2 === 1 ? 2 : -2) * Math.exp(-2 * j * j * x * x);
  return Math.min(1, Math.max(0, sum));
}
