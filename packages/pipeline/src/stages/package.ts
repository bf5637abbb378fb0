import { arch, cpus, platform } from 'node:os';
import { writeBundle } from '@trainyard/exporter';
import { readDatasetInfo } from '../dataset-file.ts';
import { networkInput } from '../load-network.ts';
import type { RunRecord } from '../run-record.ts';
import type { Stage } from '../stage.ts';
import { readVariants } from '../variants.ts';
import type { Latencies } from './benchmark.ts';
import type { Verified } from './verify.ts';

const packageStage: Stage = async ({ folder, log }) => {
  const { name, resize, targets, seed, configDigest, parent } = await folder.section('package');
  const info = await readDatasetInfo(folder);
  const { height, width, channels } = networkInput(info);
  const { commit } = await folder.readJson<RunRecord>('train', 'run.json');
  const verified = await folder.readJson<Verified[]>('verify', 'verify.json');
  const latencies = await folder.readJson<Latencies>('benchmark', 'latency.json');
  const models = new Map((await readVariants(folder)).map((variant) => [variant.name, variant.bytes]));
  const released = verified.filter(({ refused }) => !refused);
  const { digest, manifest } = await writeBundle(folder.stage('package'), {
    name,
    labels: [...info.classes],
    input: {
      name: 'pixels',
      dtype: 'uint8',
      layout: 'NHWC',
      height,
      width,
      channels: channels as 1 | 3,
      resize,
    },
    output: { name: 'logits', dtype: 'float32' },
    variants: released.map(({ refused: _, ...variant }) => ({
      ...variant,
      model: models.get(variant.name)!,
      targets,
    })),
    benchmark: {
      machine: `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${platform()}-${arch()}`,
      latencyMs: Object.fromEntries(released.map(({ name: of }) => [of, latencies[of]!])),
    },
    lineage: {
      dataset: { name: info.name, digest: info.digest, train: info.train, test: info.test },
      config: configDigest,
      commit,
      seed,
      parent: parent ?? null,
    },
  });
  log.success(`${manifest.variants.length} variants, ${digest}`);
};

export default packageStage;
