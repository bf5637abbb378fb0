import { Random } from '../random.ts';
import { type Chain, placeHand } from './outline.ts';
import { hands } from './strokes.ts';
import type { Style } from './style.ts';

/** Draws one digit into `picture`, height × width levels 0..255. The same keys give the same bytes. */
export function drawGlyph(
  picture: Uint8Array,
  height: number,
  width: number,
  digit: number,
  style: Style,
  keys: readonly number[],
): void {
  const random = new Random(...keys);
  const ways = hands[digit]!;
  const chains = placeHand(ways[random.below(ways.length)]!, random, style, height, width);
  const radius = (random.uniform(...style.thickness) * height) / 2;
  const softness = Math.max(random.uniform(...style.blur) * height, 0.7);
  const pressure = random.uniform(0.75, 1.25);
  const depth = new Float32Array(height * width);
  for (const chain of chains) inkChain(depth, height, width, chain, radius, softness, pressure);
  fill(picture, depth, height, width, style, random);
}

/** Raises `depth` (0 bare, 1 full ink) along a chain whose radius goes from `radius` to `radius · pressure`. */
function inkChain(
  depth: Float32Array,
  height: number,
  width: number,
  chain: Chain,
  radius: number,
  softness: number,
  pressure: number,
): void {
  const segments = chain.length / 2 - 1;
  for (let segment = 0; segment < segments; segment++) {
    const x0 = chain[segment * 2]!;
    const y0 = chain[segment * 2 + 1]!;
    const dx = chain[segment * 2 + 2]! - x0;
    const dy = chain[segment * 2 + 3]! - y0;
    const startRadius = radius * (1 + ((pressure - 1) * segment) / segments);
    const growth = (radius * (pressure - 1)) / segments;
    const reach = Math.max(startRadius, startRadius + growth) + softness;
    const lengthSquared = Math.max(dx * dx + dy * dy, 1e-9);
    const top = Math.max(Math.floor(Math.min(y0, y0 + dy) - reach), 0);
    const bottom = Math.min(Math.ceil(Math.max(y0, y0 + dy) + reach), height - 1);
    const left = Math.max(Math.floor(Math.min(x0, x0 + dx) - reach), 0);
    const right = Math.min(Math.ceil(Math.max(x0, x0 + dx) + reach), width - 1);
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const px = column + 0.5 - x0;
        const py = row + 0.5 - y0;
        const t = Math.min(Math.max((px * dx + py * dy) / lengthSquared, 0), 1);
        const ox = px - t * dx;
        const oy = py - t * dy;
        const inside = startRadius + t * growth - Math.sqrt(ox * ox + oy * oy);
        const s = Math.min(Math.max(0.5 + inside / (2 * softness), 0), 1);
        const ink = s * s * (3 - 2 * s);
        const position = row * width + column;
        if (ink > depth[position]!) depth[position] = ink;
      }
    }
  }
}

/** Background with a slope, ink over it, noise over both. */
function fill(
  picture: Uint8Array,
  depth: Float32Array,
  height: number,
  width: number,
  style: Style,
  random: Random,
): void {
  const ink = random.uniform(...style.ink);
  const background = random.uniform(...style.background);
  const shading = random.uniform(...style.shading);
  const across = (shading * random.uniform(-1, 1)) / width;
  const down = (shading * random.uniform(-1, 1)) / height;
  const noise = random.uniform(...style.noise);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const position = row * width + column;
      const ground = background + across * (column - width / 2) + down * (row - height / 2);
      const level = ground + (ink - ground) * depth[position]! + noise * random.normal();
      picture[position] = Math.min(Math.max(Math.floor(level + 0.5), 0), 255);
    }
  }
}
