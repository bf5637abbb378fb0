import { DatasetError } from '../errors.ts';

export const side = 32;
const channels = 3;
const plane = side * side;

/**
 * Parses a file of CIFAR's binary version: records of one label byte (CIFAR-10) or two, coarse and fine (CIFAR-100),
 * then 1,024 red, 1,024 green and 1,024 blue bytes.
 *
 * @param labelBytes label bytes in a record
 * @param labelAt which of them is wanted
 * @param classes a label must be less than this
 * @returns pixels in NHWC, [N, 32, 32, 3], and labels
 * @throws DatasetError when the length is not a whole number of records, or a label is out of range.
 */
export function parseCifar(
  name: string,
  file: Uint8Array,
  labelBytes: number,
  labelAt: number,
  classes: number,
): { images: Uint8Array; labels: Uint8Array } {
  const record = labelBytes + channels * plane;
  const count = Math.floor(file.length / record);
  if (count === 0 || file.length % record !== 0) {
    const expected = `records of ${record} bytes`;
    const got = `${file.length} bytes, ${count} records and ${file.length % record} bytes`;
    throw new DatasetError(name, expected, got, 'copy or download it again');
  }
  const images = new Uint8Array(count * channels * plane);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const label = file[i * record + labelAt]!;
    if (label >= classes) {
      throw new DatasetError(
        name,
        `labels under ${classes}`,
        `${label} in record ${i}`,
        'check that it is the right file',
      );
    }
    labels[i] = label;
    const from = i * record + labelBytes;
    const to = i * channels * plane;
    for (let position = 0; position < plane; position++) {
      for (let channel = 0; channel < channels; channel++) {
        images[to + position * channels + channel] = file[from + channel * plane + position]!;
      }
    }
  }
  return { images, labels };
}
