import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import * as ort from 'onnxruntime-node';

/** Where figures were measured. */
export interface Environment {
  readonly onnxRuntime: string;
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  /** Processors this process may use. */
  readonly processors: number;
  readonly memoryBytes: number;
  /** Execution providers of this build; those that are not bundled need libraries of their own. */
  readonly providers: readonly { readonly name: string; readonly bundled: boolean }[];
}

export function environment(): Environment {
  return {
    onnxRuntime: ort.env.versions.node ?? ort.env.versions.common,
    node: process.versions.node,
    platform: `${platform()}-${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    processors: availableParallelism(),
    memoryBytes: totalmem(),
    providers: ort.listSupportedBackends().map(({ name, bundled }) => ({ name, bundled })),
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
