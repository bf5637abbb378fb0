import { loadBundle, type WebOptions } from '@trainyard/runtime-web';
import { type Predicted, predictAll } from '../predict.ts';

export interface PageRun {
  /** Address of the bundle's folder. */
  readonly bundle: string;
  readonly variant: string;
  /** Address of the pictures: uint8 [pictures, height, width, channels]. */
  readonly pixels: string;
  readonly pictures: number;
  readonly batches: boolean;
  /** As in `predictAll`. */
  readonly alone?: number;
  readonly options: Pick<WebOptions, 'executionProviders' | 'threads' | 'ortPath'>;
}

/** As plain data, for the way out of the browser. */
export interface PageResult extends Omit<Predicted, 'logits' | 'batched'> {
  readonly logits: readonly number[];
  readonly batched?: readonly number[];
  readonly threads: number;
  readonly log: readonly string[];
}

export interface ConformancePage {
  run(what: PageRun): Promise<PageResult>;
}

const conformancePage: ConformancePage = {
  async run({ bundle, variant, pixels: address, options, ...how }) {
    const pixels = new Uint8Array(await (await fetch(address)).arrayBuffer());
    const log: string[] = [];
    const write = (line: string) => log.push(line);
    const classifier = await loadBundle(bundle, {
      variant,
      ...options,
      logger: { info: write, warn: write },
    });
    try {
      const { logits, batched, ...rest } = await predictAll(classifier, pixels, how);
      const { threads } = classifier;
      return { ...rest, logits: [...logits], ...(batched && { batched: [...batched] }), threads, log };
    } finally {
      await classifier.dispose();
    }
  },
};

Object.assign(globalThis, { conformancePage });
