import { readModel } from '@trainyard/onnx-ir';
import { type Manifest, openBundle } from '@trainyard/runtime-common';
import { folderSource } from '@trainyard/runtime-node';
import { type Origin, pictureBytesOf, type Subject } from '../subject.ts';
import { arithmeticOf } from './arithmetic.ts';

/**
 * Every variant of a bundle as a subject.
 * @param pixels uint8 [pictures, height, width, channels]
 * @param origins by variant
 */
export async function subjectsOf(
  folder: string,
  pixels: Uint8Array,
  origins: (manifest: Manifest) => Promise<Readonly<Record<string, Origin>>>,
): Promise<Subject[]> {
  const bundle = await openBundle(await folderSource(folder));
  const { manifest } = bundle;
  const pictures = pixels.length / pictureBytesOf(manifest);
  if (!Number.isInteger(pictures))
    throw new Error(`${manifest.name}: expected whole pictures, got ${pixels.length} bytes`);
  const known = await origins(manifest);
  return Promise.all(
    manifest.variants.map(async (variant): Promise<Subject> => {
      const model = await bundle.readVariant(variant);
      const origin = known[variant.name];
      return {
        name: `${manifest.name}/${variant.name}`,
        folder,
        manifest,
        variant,
        arithmetic: arithmeticOf(variant.precision, readModel(model)),
        model,
        pixels,
        pictures,
        classes: manifest.labels.length,
        ...(origin && { origin }),
      };
    }),
  );
}
