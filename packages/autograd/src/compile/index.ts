export { type Compiled, type CompileOptions, compile } from './compile.ts';
export type { OrtNamespace, OrtSession, OrtTensor, OrtTensors } from './ort.ts';
