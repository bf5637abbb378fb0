import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import type { Benchmark } from './contender.ts';
import { eagerStep } from './eager-step.ts';
import { loading } from './loading.ts';
import { runtime } from './runtime.ts';
import { train } from './train.ts';
import { web } from './web.ts';

// How benchmarks lie: other programs run meanwhile (contenders take turns, so compare the ratio, not the times),
// a contender computes something else (results are compared first), or nothing reads what it computed (losses are).
const benchmarks: readonly Benchmark[] = [eagerStep, train, loading, runtime, web];

const folder = new URL('results/', import.meta.url);

async function run(benchmark: Benchmark, chosen: readonly string[]): Promise<void> {
  console.log(`${benchmark.name}: ${benchmark.summary}`);
  const result = await benchmark.run((line) => console.log(line), chosen);
  const machine = { processor: cpus()[0]?.model, cores: cpus().length, node: process.version };
  await mkdir(folder, { recursive: true });
  const file = new URL(`${benchmark.name}.json`, folder);
  await writeFile(file, `${JSON.stringify({ benchmark: benchmark.name, machine, result }, null, 2)}\n`);
  console.log(`written to benchmarks/results/${benchmark.name}.json`);
}

/** `npm run bench` runs all, `npm run bench -- train refcnn resnet8` one of them, narrowed down. */
async function main([name, ...chosen]: readonly string[]): Promise<void> {
  const wanted = benchmarks.filter((benchmark) => name === undefined || benchmark.name === name);
  if (wanted.length === 0)
    throw new Error(
      `expected one of ${benchmarks.map((benchmark) => benchmark.name).join(', ')}, got ${name}`,
    );
  for (const benchmark of wanted) {
    const { choices } = benchmark;
    const unknown = chosen.filter((choice) => !choices.includes(choice));
    if (unknown.length > 0)
      throw new Error(
        `${name}: expected some of ${choices.join(', ') || 'nothing'}, got ${unknown.join(', ')}`,
      );
    await run(benchmark, chosen.length > 0 ? chosen : choices);
  }
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
