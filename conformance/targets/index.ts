import type { Target } from '../target.ts';
import { cCortexM3, cCortexM4 } from './c-cortex-m.ts';
import { cHost } from './c-host.ts';
import { cArm32, cArm64, cRiscv } from './c-linux.ts';
import { chromiumWasm, chromiumWasmThreads } from './chromium-wasm.ts';
import { chromiumWebGpu } from './chromium-webgpu.ts';
import { nodeNative } from './node-native.ts';
import { nodeWasm } from './node-wasm.ts';
import { reactNative } from './react-native.ts';

/** What the others are compared with. */
export const reference: Target = nodeNative;

/** In the order of the matrix. */
export const targets: readonly Target[] = [
  nodeNative,
  nodeWasm,
  chromiumWasm,
  chromiumWasmThreads,
  chromiumWebGpu,
  reactNative,
  cHost,
  cCortexM4,
  cCortexM3,
  cArm32,
  cArm64,
  cRiscv,
];
