import type { ImageDataset, ImageSplit } from '@trainyard/trainer';
import { json, type PipelineFolder } from './folder.ts';

/** What later stages know of the dataset; the pictures lie beside it in `train.bin` and `test.bin`. */
export interface DatasetInfo extends Omit<ImageDataset, 'train' | 'test'> {
  /** Numbers of pictures. */
  readonly train: number;
  readonly test: number;
}

/** Pictures first (uint8, NHWC), then labels (int32, little-endian). */
function pack({ images, labels }: ImageSplit): Uint8Array {
  const bytes = new Uint8Array(images.length + labels.length * 4);
  bytes.set(images);
  const view = new DataView(bytes.buffer, images.length);
  labels.forEach((label, i) => {
    view.setInt32(i * 4, label, true);
  });
  return bytes;
}

function unpack(bytes: Uint8Array, length: number): ImageSplit {
  const pictureBytes = bytes.length - length * 4;
  const view = new DataView(bytes.buffer, bytes.byteOffset + pictureBytes);
  const labels = Int32Array.from({ length }, (_, i) => view.getInt32(i * 4, true));
  return { images: bytes.subarray(0, pictureBytes), labels, length };
}

export async function saveDataset(folder: PipelineFolder, dataset: ImageDataset): Promise<DatasetInfo> {
  const { name, digest, classes, imageShape, train, test, license, source } = dataset;
  const info = { name, digest, classes, imageShape, train: train.length, test: test.length, license, source };
  await folder.replace('data', {
    'train.bin': pack(train),
    'test.bin': pack(test),
    'dataset.json': json(info),
  });
  return info;
}

export const readDatasetInfo = (folder: PipelineFolder): Promise<DatasetInfo> =>
  folder.readJson('data', 'dataset.json');

export async function readSplit(folder: PipelineFolder, split: 'train' | 'test'): Promise<ImageSplit> {
  const info = await readDatasetInfo(folder);
  return unpack(await folder.read('data', `${split}.bin`), info[split]);
}

/** Keeps back about a share of the pictures, evenly from the whole split; nothing for a share of 0. */
export function holdOut(split: ImageSplit, share: number): { kept: ImageSplit; held?: ImageSplit } {
  if (share === 0) return { kept: split };
  const isHeld = (i: number) => Math.floor((i + 1) * share) > Math.floor(i * share);
  return { kept: pick(split, (i) => !isHeld(i)), held: pick(split, isHeld) };
}

function pick({ images, labels, length }: ImageSplit, wanted: (index: number) => boolean): ImageSplit {
  const size = images.length / length;
  const indices = Array.from({ length }, (_, i) => i).filter(wanted);
  const chosen = new Uint8Array(indices.length * size);
  indices.forEach((index, i) => {
    chosen.set(images.subarray(index * size, (index + 1) * size), i * size);
  });
  return {
    images: chosen,
    labels: Int32Array.from(indices, (index) => labels[index]),
    length: indices.length,
  };
}
