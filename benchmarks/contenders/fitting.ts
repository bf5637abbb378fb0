import * as t from '@trainyard/trainer';
import type { Timed } from '../contender.ts';

/** `fit` as it is, loading and augmentation included, held after each of its steps until the next one is asked for. */
export function fitting(
  name: string,
  network: t.Module,
  split: t.ImageSplit,
  options: Pick<t.FitOptions, 'batchSize' | 'augment' | 'executor' | 'workers' | 'threads'>,
): Timed {
  const end = new AbortController();
  let loss = deferred<number>();
  let go = deferred<void>();
  let run: Promise<unknown> | undefined;
  const fitOptions: t.FitOptions = {
    ...options,
    epochs: 1000,
    seed: 1,
    optimizer: t.sgd({ momentum: 0.9 }),
    schedule: t.constantRate(0.01),
    signal: end.signal,
    callbacks: [
      {
        async onStep(event) {
          loss.resolve(event.loss);
          await go.promise;
        },
      },
    ],
  };
  const start = async () => {
    try {
      await t.fit(network, split, fitOptions);
    } catch (error) {
      loss.reject(error);
    }
  };
  return {
    name,
    step() {
      loss = deferred();
      const proceed = go.resolve;
      go = deferred();
      if (run) proceed();
      else run = start();
      return loss.promise;
    },
    async dispose() {
      end.abort();
      go.resolve();
      await run;
    },
  };
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

/** A promise, and what settles it. */
function deferred<T>(): Deferred<T> {
  let settle: Omit<Deferred<T>, 'promise'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle! };
}
