export { channelBlockOf } from './channel-block.ts';
export { type Compiled, type CompileOptions, compile } from './compile.ts';
export { type OnnxFunction, onnxBytes, type ToOnnxOptions, toOnnx } from './onnx-function.ts';
export { type OrtNamespace, type OrtSession, type OrtTensor, type OrtTensors, toOrt } from './ort.ts';
export { onnxFor, type ProgramOptions } from './program.ts';
export { runWithoutCopies } from './run-without-copies.ts';
export { modelFor, type RuntimeModel } from './without-copies.ts';
