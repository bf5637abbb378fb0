import type { Precision } from '@trainyard/runtime-common';
import { json, type PipelineFolder } from './folder.ts';

/** A model that a stage made; its file lies in the stage's folder as `<name>.onnx`. */
export interface VariantEntry {
  readonly name: string;
  readonly precision: Precision;
}

const makers = ['optimize', 'prune', 'quantize'] as const;
export type Maker = (typeof makers)[number];

export const variantFile = (name: string): string => `${name}.onnx`;

export async function writeVariants(
  folder: PipelineFolder,
  maker: Maker,
  variants: readonly (VariantEntry & { readonly bytes: Uint8Array; readonly notes?: unknown })[],
): Promise<void> {
  const models = variants.map(({ name, bytes }) => [variantFile(name), bytes] as const);
  await folder.replace(maker, {
    ...Object.fromEntries(models),
    'variants.json': json(variants.map(({ bytes: _, ...entry }) => entry)),
  });
}

/** Every variant that was made, with its bytes, in the order they were made. */
export async function readVariants(
  folder: PipelineFolder,
): Promise<(VariantEntry & { readonly bytes: Uint8Array })[]> {
  const all = [];
  for (const maker of makers)
    for (const entry of await folder.readJson<VariantEntry[]>(maker, 'variants.json'))
      all.push({ ...entry, bytes: await folder.read(maker, variantFile(entry.name)) });
  return all;
}
