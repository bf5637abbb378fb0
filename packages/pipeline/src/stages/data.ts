import { loadDataset } from '@trainyard/datasets';
import { saveDataset } from '../dataset-file.ts';
import type { Stage } from '../stage.ts';

const data: Stage = async ({ folder, log }) => {
  const { dataset } = await folder.section('data');
  const { name, train, test, classes, imageShape } = await saveDataset(
    folder,
    await loadDataset(dataset as never),
  );
  log.success(
    `${name}: ${train} pictures to train on, ${test} to test with, ${classes.length} classes, ${imageShape.join('×')}`,
  );
};

export default data;
