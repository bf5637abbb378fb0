import { lstat, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Model } from '@trainyard/onnx-ir';
import { readModel } from '@trainyard/onnx-ir';
import {
  BundleError,
  type BundleSource,
  chooseVariant,
  digestOf,
  isPlainFileName,
  messageOf,
  missingFile,
  openBundle,
} from '@trainyard/runtime-common';

/** A model to generate code of, and where it comes from. */
export interface GivenModel {
  readonly model: Model;
  /** Of the ONNX file. */
  readonly digest: string;
  readonly title: string;
  readonly labels?: readonly string[];
  /** What the code is called where nobody says. */
  readonly name?: string;
}

/**
 * Reads a model from a bundle's folder, its bytes checked against the manifest, or from an ONNX file.
 * @throws BundleError, VariantError or ModelError that says what is wrong with it
 */
export async function readGivenModel(path: string, variant?: string): Promise<GivenModel> {
  const stats = await lstat(path).catch((cause: unknown) => {
    throw new BundleError(path, 'a bundle folder or an ONNX file', messageOf(cause), 'give the path of one', {
      cause,
    });
  });
  return stats.isDirectory() ? fromBundle(path, variant) : fromFile(path, variant);
}

async function fromFile(path: string, variant: string | undefined): Promise<GivenModel> {
  if (variant !== undefined)
    throw new BundleError(
      path,
      'a bundle folder with variants',
      'a file',
      'leave out --variant, or give the folder',
    );
  const bytes = new Uint8Array(await readFile(path));
  return { model: readModel(bytes), digest: await digestOf(bytes), title: basename(path) };
}

async function fromBundle(folder: string, wanted: string | undefined): Promise<GivenModel> {
  const { manifest, readVariant } = await openBundle(bundleFolder(folder));
  const { variant } = chooseVariant(manifest, {
    platform: 'embedded',
    ...(wanted === undefined ? { prefer: 'size' } : { variant: wanted }),
  });
  const bytes = await readVariant(variant);
  return {
    model: readModel(bytes),
    digest: variant.digest,
    title: `${manifest.name}, variant ${variant.name}`,
    labels: manifest.labels,
    name: manifest.name,
  };
}

/** Regular files that lie in the folder itself, whatever a manifest says. */
const bundleFolder = (folder: string): BundleSource => ({
  name: basename(folder),
  async has(fileName) {
    return isPlainFileName(fileName) && (await isFile(join(folder, fileName)));
  },
  async read(fileName) {
    const path = join(folder, fileName);
    if (!isPlainFileName(fileName) || !(await isFile(path))) throw missingFile(basename(folder), fileName);
    return new Uint8Array(await readFile(path));
  },
});

const isFile = (path: string): Promise<boolean> =>
  lstat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
