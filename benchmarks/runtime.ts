import type { Benchmark } from './contender.ts';
import { measureEventLoop } from './runtime/event-loop.ts';
import { measureOverhead } from './runtime/overhead.ts';
import { subjects } from './runtime/subjects.ts';

/** Bundles in Node against bare onnxruntime-node, and what they leave of the event loop. */
export const runtime: Benchmark = {
  name: 'runtime',
  summary:
    'bundles in Node against a session of onnxruntime-node, each on one thread; the event loop under load',
  choices: Object.keys(subjects),
  run: async (log, chosen) => {
    const results = [];
    for (const name of chosen) {
      const subject = await subjects[name]();
      const overhead = await measureOverhead(subject, log);
      results.push({ network: name, overhead, eventLoop: await measureEventLoop(subject, log) });
    }
    return results;
  },
};
