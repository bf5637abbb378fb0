import { loadDataset } from '@trainyard/datasets';
import { toInput } from '@trainyard/runtime-common';
import { decodePicture } from '@trainyard/runtime-node';
import { readTrainedOn, saveDataset } from '../dataset-file.ts';
import { type WithOldPictures, withOldPictures } from '../retrain/old-pictures.ts';
import type { Stage } from '../stage.ts';

interface WantedSize {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly fit: 'cover' | 'contain' | 'stretch';
}

/** Picture files become pixels as they will in the runtimes, so that training and use see the same. */
async function decode(path: string, { fit, ...size }: WantedSize): Promise<Uint8Array> {
  const input = { ...size, name: 'pixels', dtype: 'uint8', layout: 'NHWC', resize: fit } as const;
  return toInput(await decodePicture(path), input);
}

const data: Stage = async ({ folder, log }) => {
  const { dataset, old } = await folder.section('data');
  const loaded = await loadDataset({ ...dataset, decode } as never);
  const merged = old && withOldPictures(loaded, await readTrainedOn(folder), old);
  const { name, train, test, classes, imageShape } = await saveDataset(
    folder,
    merged?.dataset ?? loaded,
    merged?.segments,
  );
  if (merged) log.info(`Old pictures: ${describe(merged)}`);
  log.success(
    `${name}: ${train} pictures to train on, ${test} to test with, ${classes.length} classes, ${imageShape.join('×')}`,
  );
};

function describe({ old: { kept, current, test, weight, window } }: WithOldPictures): string {
  const left: [count: number, why: string][] = [
    [current, 'in the dataset still'],
    [test, 'among the test pictures now'],
    [weight, 'left out by weight'],
    [window, 'too old'],
  ];
  return [
    `${kept} kept`,
    ...left.filter(([count]) => count > 0).map(([count, why]) => `${count} ${why}`),
  ].join(', ');
}

export default data;
