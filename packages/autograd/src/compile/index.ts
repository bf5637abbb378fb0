export { channelBlockOf } from './channel-block.ts';
export { type Compiled, type CompileOptions, compile } from './compile.ts';
export { type OnnxFunction, onnxBytes, type ToOnnxOptions, toOnnx } from './onnx-function.ts';
export type { OrtNamespace, OrtSession, OrtTensor, OrtTensors } from './ort.ts';
export { onnxFor, type ProgramOptions } from './program.ts';
export { runWithoutCopies } from './run-without-copies.ts';
export { bytesWithoutCopies, paysWithoutCopies } from './without-copies.ts';
