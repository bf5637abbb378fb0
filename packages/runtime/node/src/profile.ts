import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ModelSignature, ortSession, PictureError, ProviderError } from '@trainyard/runtime-common';
import { createExactSession } from './exact-session.ts';
import { findNative } from './ort.ts';
import { type OrtOptions, sessionOptions } from './session-options.ts';

/** One node of the graph that ONNX Runtime runs after its own optimizations. */
export interface OperatorTime {
  readonly node: string;
  readonly opType: string;
  readonly provider: string;
  /** Microseconds a run, the median of all runs: whatever else the machine does now and then is left out. */
  readonly microseconds: number;
  /** Of the time of all nodes, 0 to 1. */
  readonly share: number;
}

interface Event {
  readonly cat?: string;
  readonly name?: string;
  readonly dur?: number;
  readonly args?: { readonly op_name?: string; readonly provider?: string };
}

/**
 * Time by node, the slowest first, from ONNX Runtime's own profile of a session made for this alone. The event loop
 * is blocked while it runs.
 * @param batch pictures a run; their pixels are zero
 * @param runs after one that is not counted
 */
export async function profileModel(
  model: Uint8Array,
  signature: ModelSignature,
  provider: string,
  options: OrtOptions,
  batch: number,
  runs: number,
): Promise<OperatorTime[]> {
  for (const [name, value] of Object.entries({ batch, runs }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new PictureError('profile', `a whole number of at least 1 as ${name}`, String(value));
  const { ort } = findNative();
  if (!ort || provider === 'wasm')
    throw new ProviderError(
      'profile',
      'a provider of onnxruntime-node',
      provider,
      'profile where it runs natively',
    );
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-profile-'));
  try {
    const { session } = await createExactSession(ort, model, {
      ...sessionOptions(options),
      executionProviders: [provider],
      enableProfiling: true,
      profileFilePrefix: join(folder, 'ort'),
    });
    const { height, width, channels } = signature.input;
    const pixels = new Uint8Array(batch * height * width * channels);
    const wrapped = ortSession(ort, session, signature, provider);
    for (let i = 0; i <= runs; i++) await wrapped.run(pixels, batch);
    session.endProfiling();
    await wrapped.dispose();
    const [file] = await readdir(folder);
    if (!file)
      throw new ProviderError('profile', 'a profile from ONNX Runtime', 'none', 'check the temporary folder');
    return table(JSON.parse(await readFile(join(folder, file), 'utf8')) as Event[], runs);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function table(events: readonly Event[], runs: number): OperatorTime[] {
  const suffix = '_kernel_time';
  const nodes = new Map<string, { opType: string; provider: string; times: number[] }>();
  for (const { cat, name = '', dur = 0, args } of events) {
    if (cat !== 'Node' || !name.endsWith(suffix)) continue;
    const node = name.slice(0, -suffix.length);
    const entry = nodes.get(node) ?? {
      opType: args?.op_name ?? '',
      provider: args?.provider ?? '',
      times: [],
    };
    entry.times.push(dur);
    nodes.set(node, entry);
  }
  const rows = [...nodes].map(([node, { opType, provider, times }]) => ({
    node,
    opType,
    provider,
    microseconds: medianRun(times, runs),
  }));
  const total = rows.reduce((sum, { microseconds }) => sum + microseconds, 0);
  return rows
    .map((row) => ({ ...row, share: total > 0 ? row.microseconds / total : 0 }))
    .sort((a, b) => b.microseconds - a.microseconds);
}

/** The median over the last `runs` of the time that a node took in one, which may have called it more than once. */
function medianRun(times: readonly number[], runs: number): number {
  const calls = Math.floor(times.length / (runs + 1));
  const counted = times.slice(-runs * calls);
  const totals = Array.from({ length: runs }, (_, run) =>
    counted.slice(run * calls, (run + 1) * calls).reduce((a, b) => a + b, 0),
  ).sort((a, b) => a - b);
  return (totals[Math.floor((runs - 1) / 2)]! + totals[Math.floor(runs / 2)]!) / 2;
}
