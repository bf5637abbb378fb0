import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import type { Benchmark } from './contender.ts';
import { eagerStep } from './eager-step.ts';
import { train } from './train.ts';

// How benchmarks lie: other programs run meanwhile (contenders take turns, so compare the ratio, not the times),
// a contender computes something else (results are compared first), or nothing reads what it computed (losses are).
const benchmarks: readonly Benchmark[] = [eagerStep, train];

const folder = new URL('results/', import.meta.url);

async function run(benchmark: Benchmark): Promise<void> {
  console.log(`${benchmark.name}: ${benchmark.summary}`);
  const result = await benchmark.run((line) => console.log(line));
  const machine = { processor: cpus()[0]?.model, cores: cpus().length, node: process.version };
  await mkdir(folder, { recursive: true });
  const file = new URL(`${benchmark.name}.json`, folder);
  await writeFile(file, `${JSON.stringify({ benchmark: benchmark.name, machine, result }, null, 2)}\n`);
  console.log(`written to benchmarks/results/${benchmark.name}.json`);
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  console.error(
    `bench: expected one of ${benchmarks.map(({ name }) => name).join(', ')}, got ${unknown.join(', ')}`,
  );
  process.exitCode = 1;
} else
  for (const benchmark of benchmarks)
    if (wanted.length === 0 || wanted.includes(benchmark.name)) await run(benchmark);
