import { crc32, deflateSync } from 'node:zlib';

export interface PngParts {
  readonly width: number;
  readonly height: number;
  readonly depth: 1 | 2 | 4 | 8 | 16;
  readonly colorType: 0 | 2 | 3 | 4 | 6;
  readonly interlaced?: boolean;
  /** Rows as they are compressed, each with its filter's byte; random where they are not given. */
  readonly rows?: Uint8Array;
  /** Further chunks, in front of the pixels. */
  readonly chunks?: readonly (readonly [type: string, content: Uint8Array])[];
}

const channelsOf = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;

/** For tests: a PNG file of any kind, written by hand. */
export function pngOf({
  width,
  height,
  depth,
  colorType,
  interlaced,
  rows,
  chunks = [],
}: PngParts): Uint8Array {
  const bits = depth * channelsOf[colorType];
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colorType, 0, 0, interlaced ? 1 : 0], 8);
  const file = Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    ...chunks.map(([type, content]) => chunk(type, content)),
    chunk('IDAT', deflateSync(rows ?? randomRows(passes(width, height, interlaced), bits))),
    chunk('IEND', new Uint8Array(0)),
  ]);
  return new Uint8Array(file);
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const bytes = Buffer.alloc(body.length + 8);
  bytes.writeUInt32BE(content.length, 0);
  bytes.set(body, 4);
  bytes.writeUInt32BE(crc32(body), body.length + 4);
  return bytes;
}

/** Width and height of what is written one after the other. */
function passes(width: number, height: number, interlaced = false): (readonly [number, number])[] {
  if (!interlaced) return [[width, height]];
  const starts = ['0 0 8 8', '4 0 8 8', '0 4 4 8', '2 0 4 4', '0 2 2 4', '1 0 2 2', '0 1 1 2'];
  return starts
    .map((text) => text.split(' ').map(Number) as [number, number, number, number])
    .map(([x, y, dx, dy]) => [Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)] as const)
    .filter(([columns, rows]) => columns > 0 && rows > 0);
}

/** Rows with each of the five filters. */
function randomRows(sizes: readonly (readonly [number, number])[], bits: number): Uint8Array {
  return Buffer.concat(
    sizes.map(([width, height], pass) => {
      const length = Math.ceil((width * bits) / 8) + 1;
      const rows = randomBytes(length * height);
      for (let y = 0; y < height; y++) rows[y * length] = (y + pass) % 5;
      return rows;
    }),
  );
}

/** The same in each run. */
export function randomBytes(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}
