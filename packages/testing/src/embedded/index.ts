export {
  type CompilableC,
  type CompiledC,
  commandMissing,
  compileC,
  hostToolchain,
  sanitizers,
  strictFlags,
  type Toolchain,
} from './compile-c.ts';
export { runnerSource } from './runner-source.ts';
