import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { findNative, hasWasm } from './ort.ts';

/** Where figures were measured. */
export interface Environment {
  /** Version of onnxruntime-node, or why it can't be had here. */
  readonly onnxRuntime: string;
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  /** Processors this process may use. */
  readonly processors: number;
  readonly memoryBytes: number;
  /**
   * Execution providers that can be asked for, `wasm` where onnxruntime-web is installed; those that are not bundled
   * need libraries of their own.
   */
  readonly providers: readonly { readonly name: string; readonly bundled: boolean }[];
}

export function environment(): Environment {
  const { ort, missing } = findNative();
  return {
    onnxRuntime: ort ? (ort.env.versions.node ?? ort.env.versions.common) : missing,
    node: process.versions.node,
    platform: `${platform()}-${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    processors: availableParallelism(),
    memoryBytes: totalmem(),
    providers: [
      ...(ort?.listSupportedBackends() ?? []).map(({ name, bundled }) => ({ name, bundled })),
      ...(hasWasm() ? [{ name: 'wasm', bundled: true }] : []),
    ],
  };
}

/** What the process took since a bundle began to load. Figures are of the whole process, its threads included. */
export interface Usage {
  /** Resident memory in bytes. */
  readonly rss: { readonly beforeLoad: number; readonly afterLoad: number; readonly now: number };
  /** Processor time in milliseconds. */
  readonly cpu: { readonly user: number; readonly system: number };
}

/** Begins to measure: call `loaded` once after loading, and the result of that for figures. */
export function measureUsage(): { loaded(): () => Usage } {
  const beforeLoad = process.memoryUsage.rss();
  const cpu = process.cpuUsage();
  return {
    loaded() {
      const afterLoad = process.memoryUsage.rss();
      return () => {
        const { user, system } = process.cpuUsage(cpu);
        return {
          rss: { beforeLoad, afterLoad, now: process.memoryUsage.rss() },
          cpu: { user: user / 1000, system: system / 1000 },
        };
      };
    },
  };
}
