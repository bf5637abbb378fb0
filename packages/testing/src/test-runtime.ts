import { afterAll, describe, test } from 'vitest';
import { type RuntimeUnderTest, runtimeCases } from './runtime-cases/index.ts';

/** Registers the conformance suite with vitest: what a runtime must do, on whatever platform it runs. */
export function testRuntime(runtime: RuntimeUnderTest): void {
  const { cases, close } = runtimeCases(runtime);
  describe(`runtime: ${runtime.name}`, () => {
    afterAll(close);
    for (const { name, run } of cases) test(name, run);
  });
}
