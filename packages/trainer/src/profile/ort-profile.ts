import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, type OrtNamespace, type OrtSession, type OrtTensors } from '@trainyard/autograd';

/** A node of the graph as ONNX Runtime runs it, after its own fusions. */
export interface NodeTime {
  readonly name: string;
  readonly opType: string;
  /** Of one run: the median of all. */
  readonly milliseconds: number;
}

export interface ProfileRun {
  readonly ort: OrtNamespace;
  readonly session: object;
  readonly model: Uint8Array;
  readonly feeds: OrtTensors;
  /** Where results are written, so that a run allocates what it does in training. */
  readonly fetches: OrtTensors;
  /** Runs at most, after the first two, which are not counted. */
  readonly runs: number;
  /** When no further run is begun, once there are three. */
  readonly seconds: number;
}

interface ProfilingSession extends OrtSession {
  endProfiling?(): void;
}

interface Event {
  readonly cat?: string;
  readonly name?: string;
  /** Microseconds. */
  readonly dur?: number;
  readonly args?: { readonly op_name?: string };
}

const uncounted = 2;
const fewestRuns = 3;

/**
 * Runs a model with ONNX Runtime's profiler on, in a session made for this alone.
 * @throws InputError when this ONNX Runtime has no profiler that writes files
 */
export async function profileRuns(options: ProfileRun): Promise<{ runs: number; nodes: NodeTime[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-profile-'));
  try {
    const runs = await runProfiled(options, join(folder, 'ort'));
    const [file] = await readdir(folder);
    if (!file) throw noProfiler('no profile');
    const events = JSON.parse(await readFile(join(folder, file), 'utf8')) as Event[];
    return { runs, nodes: nodeTimes(events, runs) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const noProfiler = (got: string): InputError =>
  new InputError('profileStep', 'an ONNX Runtime that writes profiles', got, 'use onnxruntime-node');

async function runProfiled(
  { ort, session: options, model, feeds, fetches, runs: most, seconds }: ProfileRun,
  profileFilePrefix: string,
): Promise<number> {
  const session: ProfilingSession = await ort.InferenceSession.create(model, {
    ...options,
    enableProfiling: true,
    profileFilePrefix,
  });
  try {
    if (!session.endProfiling) throw noProfiler('one without endProfiling');
    for (let i = 0; i < uncounted; i++) await session.run(feeds, fetches);
    const end = performance.now() + seconds * 1000;
    let runs = 0;
    for (; runs < most && (runs < fewestRuns || performance.now() < end); runs++)
      await session.run(feeds, fetches);
    session.endProfiling();
    return runs;
  } finally {
    await session.release();
  }
}

/** Times by node from the events of a profile. @param runs of which the last so many count */
export function nodeTimes(events: readonly Event[], runs: number): NodeTime[] {
  const suffix = '_kernel_time';
  const nodes = new Map<string, { opType: string; times: number[] }>();
  for (const { cat, name = '', dur = 0, args } of events) {
    if (cat !== 'Node' || !name.endsWith(suffix)) continue;
    const node = name.slice(0, -suffix.length);
    const entry = nodes.get(node) ?? { opType: args?.op_name ?? '', times: [] };
    entry.times.push(dur / 1000);
    nodes.set(node, entry);
  }
  return [...nodes].map(([name, { opType, times }]) => ({
    name,
    opType,
    milliseconds: median(totals(times, runs)),
  }));
}

/** What a node took in each of the last runs; one run may have called nodes of its name more than once. */
function totals(times: readonly number[], runs: number): number[] {
  const calls = Math.max(1, Math.floor(times.length / (runs + uncounted)));
  const counted = times.slice(-runs * calls);
  return Array.from({ length: runs }, (_, run) =>
    counted.slice(run * calls, (run + 1) * calls).reduce((a, b) => a + b, 0),
  );
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}
