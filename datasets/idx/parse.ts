import { DatasetError } from '../errors.ts';

/** An array of bytes as an IDX file holds it. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const unsignedByte = 0x08;
const again = 'copy or download it again';

/**
 * Parses an IDX file of unsigned bytes: two zero bytes, the element type, the number of dimensions, each dimension as
 * big-endian uint32, then the elements (the format of the MNIST files, described on their page).
 *
 * @param name of the file, for errors
 * @throws DatasetError when the magic number, the type, the dimensions or the length is not as it should be.
 */
export function parseIdx(name: string, file: Uint8Array, dimensions: number): IdxArray {
  const expected = `an IDX file of unsigned bytes in ${dimensions} dimensions`;
  if (file.length < 4) throw new DatasetError(name, expected, `${file.length} bytes`, again);
  const [zero, zeroToo, type, count] = file;
  if (zero !== 0 || zeroToo !== 0 || type !== unsignedByte || count !== dimensions) {
    const magic = Array.from(file.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new DatasetError(name, expected, `magic ${magic}`, 'check that it is the right file');
  }
  const start = 4 + 4 * dimensions;
  if (file.length < start)
    throw new DatasetError(name, `a header of ${start} bytes`, `${file.length} bytes`, again);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const length = shape.reduce((product, extent) => product * extent, 1);
  if (file.length - start !== length) {
    const got = `${file.length - start} bytes${file.length - start < length ? ' (truncated)' : ''}`;
    throw new DatasetError(name, `${shape.join(' × ')} = ${length} bytes of data`, got, again);
  }
  return { shape, data: file.subarray(start) };
}
