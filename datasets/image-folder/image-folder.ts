import { basename, join, relative, resolve, sep } from 'node:path';
import type { ImageDataset, ImageSplit } from '@trainyard/trainer';
import { DatasetError, numberWithin, wholeNumber } from '../errors.ts';
import { imageDataset, takePictures } from '../image-dataset.ts';
import { type DecodePicture, decodePicture, type PictureFormat } from './decode.ts';
import { type ClassFiles, listClasses, subFolders } from './list-pictures.ts';
import { checkUnreadable, type LabelledFile, readPictures, type Unreadable } from './read-pictures.ts';
import { splitFiles } from './split-files.ts';

export interface ImageFolderOptions {
  /** Folder with one sub-folder a class, or with `train` and `test`, each with one sub-folder a class. */
  readonly folder: string;
  /** Side in pixels that the pictures are resized to, or [height, width], each from 1 to 4096. */
  readonly size: number | readonly [height: number, width: number];
  /** 3: colour (default); 1: grey. */
  readonly channels?: 1 | 3;
  /** Fill the size and crop the rest (`cover`, default), fit into it (`contain`), or `stretch`. */
  readonly fit?: 'cover' | 'contain' | 'stretch';
  /** What shows through transparent pixels and beside a contained picture. Default white. */
  readonly background?: 'white' | 'black';
  /** Share of each class that is kept for testing, over 0 and under 1. Default 0.2. Unused with `train` and `test`. */
  readonly testFraction?: number;
  /** Which pictures are kept for testing. Default 0. */
  readonly seed?: number;
  /** Largest share of files that may be unreadable and left out, 0 to 1. Default 0: one unreadable file is an error. */
  readonly maxUnreadable?: number;
  /** Is told of each file left out. By default a warning on the console. */
  readonly onUnreadable?: (path: string, reason: string) => void;
  /** Pictures with more pixels are refused unread. Default 100 million. */
  readonly maxPixels?: number;
  /**
   * Reads one file. Hand in what the model's runtime does with a picture, and training sees the pixels that use will
   * see; size, fit, background and maxPixels are then its business. By default libvips does it all.
   */
  readonly decode?: DecodePicture;
  /** The license of the pictures, for the record. Default 'unknown'. */
  readonly license?: string;
}

/**
 * Pictures from a folder: one sub-folder a class (named after it, files in sub-folders of it included), PNG, JPEG or
 * WebP. Classes and files come in the order of their names. Symbolic links and hidden files are passed over, so that
 * nothing outside the folder is read and nothing is read twice; the folder itself may be a link.
 *
 * The digest is over the decoded pixels, so another version of the JPEG decoder may give another one.
 *
 * @throws DatasetError when the folder is missing or empty, there are fewer than two classes, a class has too few
 *   pictures to split, too many files are unreadable, or an option is out of its range.
 */
export async function loadImageFolder(options: ImageFolderOptions): Promise<ImageDataset> {
  const {
    testFraction = 0.2,
    seed = 0,
    maxUnreadable = 0,
    license = 'unknown',
    decode = decodePicture,
  } = options;
  const format = pictureFormat(options);
  numberWithin('image folder, testFraction', testFraction, 1e-6, 1 - 1e-6);
  numberWithin('image folder, maxUnreadable', maxUnreadable, 0, 1);
  if (typeof options.folder !== 'string')
    throw new DatasetError(
      'image folder, folder',
      'the path of a folder',
      typeof options.folder,
      'set the option',
    );
  const folder = resolve(options.folder);
  const readyMade = await findReadyMade(folder);

  const unreadable: Unreadable[] = [];
  let total = 0;
  const read = async (classes: readonly ClassFiles[], names: readonly string[], least: number) => {
    checkCounts(folder, classes, least);
    const files = classes.flatMap(({ name, files }) =>
      files.map((path) => ({ path, label: names.indexOf(name) })),
    );
    const result = await readPictures(files, format, decode);
    unreadable.push(...result.unreadable);
    total += files.length;
    return result;
  };
  const finish = (names: readonly string[], train: ImageSplit, test: ImageSplit): ImageDataset => {
    const { onUnreadable = warn } = options;
    for (const { path, reason } of unreadable) onUnreadable(path, reason);
    const imageShape = [format.height, format.width, format.channels] as const;
    const name = basename(folder);
    return imageDataset({ name, classes: names, imageShape, train, test, license, source: `folder ${name}` });
  };

  if (readyMade) {
    const trainClasses = await listClasses(join(folder, 'train'));
    const testClasses = await listClasses(join(folder, 'test'));
    const names = classNames(folder, trainClasses);
    const stray = testClasses.find(({ name }) => !names.includes(name));
    if (stray) {
      throw new DatasetError(
        `image folder ${folder}`,
        `test classes among those of train (${names.join(', ')})`,
        `'${stray.name}'`,
        'add it to train, or remove it',
      );
    }
    const train = await read(trainClasses, names, 1);
    const test = await read(testClasses, names, 1);
    checkUnreadable(folder, unreadable, total, maxUnreadable);
    checkCounts(folder, stillReadable(trainClasses, unreadable), 1);
    return finish(names, train.pictures, test.pictures);
  }

  const classes = await listClasses(folder);
  const names = classNames(folder, classes);
  const { pictures, read: files } = await read(classes, names, 2);
  checkUnreadable(folder, unreadable, total, maxUnreadable);
  checkCounts(folder, stillReadable(classes, unreadable), 2);
  const nameOf = ({ path }: LabelledFile): string =>
    relative(folder, path).split(sep).join('/').normalize('NFC');
  const { train, test } = splitFiles(files, nameOf, testFraction, seed);
  const take = (positions: number[]): ImageSplit => takePictures(pictures.images, pictures.labels, positions);
  return finish(names, take(train), take(test));
}

function pictureFormat(options: ImageFolderOptions): PictureFormat {
  const { size, channels = 3, fit = 'cover', background = 'white', maxPixels = 100e6 } = options;
  const [height, width] = (typeof size === 'object' ? size : [size, size]).map((side) =>
    wholeNumber('image folder, size', side, 1, 4096),
  ) as [number, number];
  oneOf('channels', channels, [1, 3]);
  oneOf('fit', fit, ['cover', 'contain', 'stretch']);
  oneOf('background', background, ['white', 'black']);
  wholeNumber('image folder, maxPixels', maxPixels, 1, 0x3fff * 0x3fff);
  return { height, width, channels, fit, background, maxPixels };
}

function oneOf<T>(option: string, value: T, allowed: readonly T[]): void {
  if (allowed.includes(value)) return;
  throw new DatasetError(`image folder, ${option}`, `one of ${allowed.join(', ')}`, String(value));
}

/** Whether the folder holds `train` and `test` of class folders rather than classes. */
async function findReadyMade(folder: string): Promise<boolean> {
  const names = await subFolders(folder);
  if (!names.includes('train') || !names.includes('test')) return false;
  if (names.length === 2) return true;
  const others = names.filter((name) => name !== 'train' && name !== 'test');
  throw new DatasetError(
    `image folder ${folder}`,
    'train and test alone, or class folders alone',
    `also ${others.join(', ')}`,
    'move them into train and test, or rename train and test',
  );
}

function classNames(folder: string, classes: readonly ClassFiles[]): string[] {
  if (classes.length > 1) return classes.map(({ name }) => name);
  throw new DatasetError(
    `image folder ${folder}`,
    'at least two classes',
    `one: ${classes[0]!.name}`,
    'add a folder for another class',
  );
}

function checkCounts(folder: string, classes: readonly ClassFiles[], least: number): void {
  const short = classes.filter(({ files }) => files.length < least);
  if (short.length === 0) return;
  throw new DatasetError(
    `image folder ${folder}`,
    least === 1 ? 'at least one picture in each class' : 'at least two pictures in each class, to split them',
    short.map(({ name, files }) => `${files.length || 'none'} in '${name}'`).join(', '),
    'add PNG, JPEG or WebP files, or remove the folder',
  );
}

function stillReadable(classes: readonly ClassFiles[], unreadable: readonly Unreadable[]): ClassFiles[] {
  const lost = new Set(unreadable.map(({ path }) => path));
  return classes.map(({ name, files }) => ({ name, files: files.filter((path) => !lost.has(path)) }));
}

function warn(path: string, reason: string): void {
  console.warn(`${path}: left out, ${reason}`);
}
