import {
  type BundleSource,
  checksumFile,
  checksumLine,
  digestOf,
  type Manifest,
  manifestFile,
  memorySource,
} from '@trainyard/runtime-common';
import { sha256 } from '@trainyard/runtime-web';
import type { LearnedModel } from './learn.ts';

/** What was learned as a bundle in memory, whose parent is the release that it was learned from. */
export async function taughtBundle(
  learned: LearnedModel,
  parent: { readonly manifest: Manifest; readonly digest: string },
): Promise<{ place: BundleSource; manifest: Manifest }> {
  const base =
    parent.manifest.variants.find(({ name }) => name === 'float32') ?? parent.manifest.variants[0]!;
  const file = 'taught.onnx';
  const { model, labels, added, after, agreement, maxAbsLogitDiff } = learned;
  const manifest: Manifest = {
    ...parent.manifest,
    labels: [...labels],
    variants: [
      {
        ...base,
        name: 'taught',
        file,
        digest: await digestOf(model, sha256),
        bytes: model.length,
        parameters: base.parameters + added,
        accuracy: after.test,
        agreement,
        maxAbsLogitDiff,
        targets: ['web'],
      },
    ],
    lineage: { ...parent.manifest.lineage, parent: parent.digest },
  };
  const bytes = new TextEncoder().encode(`${JSON.stringify(manifest, undefined, 2)}\n`);
  const line = new TextEncoder().encode(checksumLine(await digestOf(bytes, sha256)));
  return {
    manifest,
    place: memorySource(
      { [file]: model, [manifestFile]: bytes, [checksumFile]: line },
      'taught in this page',
    ),
  };
}
