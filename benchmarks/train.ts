import { compiled, eager } from '@trainyard/trainer';
import { workers } from '@trainyard/trainer/node';
import * as ort from 'onnxruntime-node';
import type { Benchmark, Contender } from './contender.ts';
import { loadTfjsNode, nodeBackend, tfjs } from './contenders/tfjs.ts';
import { trainyard } from './contenders/trainyard.ts';
import { measure } from './measure.ts';
import { type BenchmarkNetwork, benchmarkNetworks } from './networks.ts';
import { bestPeer, formatMeasured } from './report.ts';
import { partOf, type TrainTask, trainTask } from './task.ts';

async function contendersFor(
  task: TrainTask,
  { smallBatch }: BenchmarkNetwork,
  hasTfjsNode: boolean,
): Promise<Contender[]> {
  const hasBatchStatistics = task.network.namedBuffers().size > 0;
  return [
    trainyard(task, eager),
    trainyard(task, compiled({ ort, threads: 1 })),
    trainyard(task, compiled({ ort, threads: 2 }), { threads: 2 }),
    trainyard(task, workers({ workers: 2, threads: 1 }), { threads: 2, parts: hasBatchStatistics ? 2 : 1 }),
    await tfjs(partOf(task, 0, smallBatch), { name: 'tfjs', backend: 'cpu', threads: 1 }),
    ...(hasTfjsNode ? [await tfjs(task, { name: 'tfjs-node', backend: nodeBackend, threads: 2 })] : []),
  ];
}

/** Milliseconds; most of the time goes into the first steps of what is slow. */
const timing = { warmup: 1, rounds: 6, turn: 1000, settle: 2, enough: 6000, tooSlow: 10_000 };

/** One training step (forward, backward, SGD with momentum) of five networks, and how near the machine's limit it is. */
export const train: Benchmark = {
  name: 'train',
  summary: 'training steps, eager, compiled and in workers, against TensorFlow.js and what a MatMul reaches',
  choices: benchmarkNetworks.map(({ name }) => name),
  run: async (log, chosen) => {
    const missing = await loadTfjsNode();
    if (missing) log(missing);
    const networks = [];
    for (const network of benchmarkNetworks.filter(({ name }) => chosen.includes(name))) {
      const task = trainTask(network);
      log(`\n${network.name}: pictures of ${network.shape.join('×')}`);
      const contenders = await contendersFor(task, network, missing === undefined);
      const measured = await measure(task, contenders, timing);
      for (const contender of contenders) await contender.dispose?.();
      for (const line of formatMeasured(measured, task.tolerance)) log(line);
      networks.push({
        network: network.name,
        shape: network.shape,
        tolerance: task.tolerance,
        ...measured,
        bestPeer: bestPeer(measured.rows)?.name,
      });
    }
    return { networks, missing };
  },
};
