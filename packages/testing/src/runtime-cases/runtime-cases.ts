import { answers } from './answers.ts';
import { fixtureOf, type RuntimeCase, type RuntimeUnderTest } from './fixture.ts';
import { lifetime } from './lifetime.ts';
import { loading } from './loading.ts';

export interface RuntimeCases {
  readonly cases: readonly RuntimeCase[];
  /** Frees what the cases shared; call it after the last. */
  close(): Promise<void>;
}

/** The conformance suite: what a runtime must do, on whatever platform it runs, with any runner or none. */
export function runtimeCases(runtime: RuntimeUnderTest): RuntimeCases {
  const { endCase, close, ...fixture } = fixtureOf(runtime);
  const cases = [answers, loading, lifetime].flatMap((part) => part(fixture));
  return {
    cases: cases.map(({ name, run }) => ({
      name,
      async run() {
        try {
          await run();
        } finally {
          await endCase();
        }
      },
    })),
    close,
  };
}

/** What came of one case; plain data. */
export interface CaseResult {
  readonly name: string;
  readonly milliseconds: number;
  /** Why it failed; undefined where it passed. */
  readonly error: string | undefined;
}

/** Runs all cases one after the other where there is no test runner, such as in a page. */
export async function runRuntimeCases(
  runtime: RuntimeUnderTest,
  onResult?: (result: CaseResult) => void,
): Promise<CaseResult[]> {
  const { cases, close } = runtimeCases(runtime);
  const results: CaseResult[] = [];
  for (const { name, run } of cases) {
    const from = performance.now();
    const error = await run().then(
      () => undefined,
      (thrown: unknown) => (thrown instanceof Error ? (thrown.stack ?? String(thrown)) : String(thrown)),
    );
    const result = { name, milliseconds: performance.now() - from, error };
    results.push(result);
    onResult?.(result);
  }
  await close();
  return results;
}
