import { existsSync } from 'node:fs';
import type { ImageDataset, ImageSplit } from '@trainyard/trainer';
import { CommandError } from './errors.ts';
import { json, type PipelineFolder } from './folder.ts';
import type { Segment, TrainedOn } from './retrain/old-pictures.ts';

/** What later stages know of the dataset; the pictures lie beside it in `train.bin` and `test.bin`. */
export interface DatasetInfo extends Omit<ImageDataset, 'train' | 'test'> {
  /** Numbers of pictures. */
  readonly train: number;
  readonly test: number;
  /** Where the training pictures came from, where old ones are among them: the oldest first, the current ones last. */
  readonly segments?: readonly Segment[];
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

export async function saveDataset(
  folder: PipelineFolder,
  dataset: ImageDataset,
  segments?: readonly Segment[],
): Promise<DatasetInfo> {
  const { name, digest, classes, imageShape, train, test, license, source } = dataset;
  const counts = { train: train.length, test: test.length };
  const info = {
    name,
    digest,
    classes,
    imageShape,
    ...counts,
    license,
    source,
    ...(segments && { segments }),
  };
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

const parentData = 'parent-data';

/**
 * What the model was trained on that is trained again: `data/dataset.json` and `data/train.bin` of its run, which lie in
 * the work folder under `parent-data`.
 * @throws CommandError where they are missing, or do not fit each other
 */
export async function readTrainedOn(folder: PipelineFolder): Promise<TrainedOn> {
  const missing = ['dataset.json', 'train.bin'].find((file) => !existsSync(folder.path(parentData, file)));
  if (missing)
    throw new CommandError(
      folder.path(parentData, missing),
      'the pictures that the champion was trained on',
      'no such file',
      "its run did not keep them: retrain with retrain.data.keep 'current'",
    );
  return trainedOn(
    await folder.readJson<DatasetInfo>(parentData, 'dataset.json'),
    await folder.read(parentData, 'train.bin'),
  );
}

/** @throws CommandError where a run's `dataset.json` and `train.bin` do not fit each other */
export function trainedOn(info: DatasetInfo, pictures: Uint8Array): TrainedOn {
  const { classes, imageShape, train: length, digest, source } = info;
  const [height, width, channels] = imageShape;
  const bytes = length * (height * width * channels + 4);
  if (pictures.length !== bytes)
    throw new CommandError('train.bin', `${bytes} bytes for ${length} pictures`, `${pictures.length}`);
  const segments = info.segments ?? [{ dataset: digest, source, pictures: length }];
  return { classes, imageShape, train: unpack(pictures, length), segments };
}

/** Keeps back about a share of the pictures, evenly from the whole split; nothing for a share of 0. */
export function holdOut(split: ImageSplit, share: number): { kept: ImageSplit; held?: ImageSplit } {
  if (share === 0) return { kept: split };
  const isHeld = (i: number) => Math.floor((i + 1) * share) > Math.floor(i * share);
  return { kept: pick(split, (i) => !isHeld(i)), held: pick(split, isHeld) };
}

/** The pictures that are wanted, in their order. */
export function pick({ images, labels, length }: ImageSplit, wanted: (index: number) => boolean): ImageSplit {
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
