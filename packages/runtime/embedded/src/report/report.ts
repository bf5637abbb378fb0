import type { IntegerNote } from '../integer/context.ts';
import type { Parameters } from '../kernels/kernel.ts';
import type { ArenaPlan } from '../plan/plan-arena.ts';
import type { Program, Step, Tensor } from '../program/program.ts';

/** What one call costs. */
export interface ReportedStep {
  /** The node it comes from. */
  readonly name: string;
  readonly kernel: string;
  /** Of its first output. */
  readonly shape: readonly number[];
  /** Bytes of constants that no step before it reads, and of its parameters. */
  readonly flashBytes: number;
  /** Bytes of the arena that are needed while it runs. */
  readonly arenaBytes: number;
  readonly multiplyAdds: number;
}

export interface Report {
  readonly steps: readonly ReportedStep[];
  /** Bytes of all constants and parameters; the code comes on top. */
  readonly flashBytes: number;
  readonly arenaBytes: number;
  /** The largest sum of bytes that are needed at the same time: no arena is smaller. */
  readonly arenaLowerBound: number;
  readonly multiplyAdds: number;
  /** Of a quantized model: what stayed float between integers, and why. */
  readonly notes: readonly IntegerNote[];
}

export function reportOf(program: Program, plan: ArenaPlan, notes: readonly IntegerNote[] = []): Report {
  const counted = new Set<string>();
  const steps = program.steps.map(
    (step, i): ReportedStep => ({
      name: step.origin,
      kernel: step.kernel,
      shape: step.outputs[0]?.shape ?? [],
      flashBytes: constantBytes(step, counted) + parameterBytes(step.lowering.parameters),
      arenaBytes: plan.liveBytes[i]!,
      multiplyAdds: step.lowering.multiplyAdds ?? 0,
    }),
  );
  const sum = (of: (step: ReportedStep) => number) => steps.reduce((total, step) => total + of(step), 0);
  return {
    steps,
    flashBytes: sum(({ flashBytes }) => flashBytes),
    arenaBytes: plan.bytes,
    arenaLowerBound: plan.lowerBound,
    multiplyAdds: sum(({ multiplyAdds }) => multiplyAdds),
    notes,
  };
}

function constantBytes({ inputs }: Step, counted: Set<string>): number {
  const fresh = (tensor: Tensor) => tensor.place === 'constant' && !counted.has(tensor.cName);
  return inputs.reduce((bytes, tensor) => {
    if (!fresh(tensor)) return bytes;
    counted.add(tensor.cName);
    return bytes + tensor.byteLength;
  }, 0);
}

/** All fields of parameters are 32 bits wide. */
const parameterBytes = (parameters: Parameters | undefined): number =>
  4 * Object.values(parameters?.fields ?? {}).flat().length;
