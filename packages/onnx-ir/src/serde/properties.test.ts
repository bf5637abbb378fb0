import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { model as models } from '../../testing/arbitrary.ts';
import { describeModel } from '../../testing/describe-model.ts';
import { cloneModel } from '../clone.ts';
import { ModelError } from '../errors.ts';
import { printModel } from '../print.ts';
import { readModel } from './read.ts';
import { writeModel } from './write.ts';

const quiet = { onWarning: () => {} };
/** Whether reading gives a model or says why not; anything else is a crash. */
function survives(bytes: Uint8Array): void {
  try {
    printModel(readModel(bytes, quiet));
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
  }
}

describe('for any model', () => {
  it('writing and reading gives the same model', () => {
    fc.assert(
      fc.property(models, (model) => {
        const warnings: string[] = [];
        const read = readModel(writeModel(model), { onWarning: (message) => warnings.push(message) });
        expect(describeModel(read)).toEqual(describeModel(model));
        expect(warnings).toEqual([]);
      }),
      { numRuns: 80 },
    );
  });

  it('a clone says the same and shares no value', () => {
    fc.assert(
      fc.property(models, (model) => {
        const clone = cloneModel(model);
        expect(describeModel(clone)).toEqual(describeModel(model));
        const originals = new Set(
          [model.graph, ...model.graph.subGraphs()].flatMap((graph) => [...graph.values()]),
        );
        for (const graph of [clone.graph, ...clone.graph.subGraphs()])
          for (const value of graph.values()) expect(originals.has(value)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('broken bytes give a model or a ModelError, never anything else', () => {
    const flip = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(models, fc.array(flip, { minLength: 1, maxLength: 8 }), (model, flips) => {
        const bytes = writeModel(model);
        for (const [at, mask] of flips) bytes[at % bytes.length] ^= mask;
        survives(bytes);
      }),
      { numRuns: 200 },
    );
  });

  it('cut-off bytes give a model or a ModelError, never anything else', () => {
    fc.assert(
      fc.property(models, fc.nat(), (model, at) => {
        const bytes = writeModel(model);
        survives(bytes.subarray(0, at % bytes.length));
      }),
      { numRuns: 150 },
    );
  });

  it('and so do any bytes at all', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), survives), { numRuns: 500 });
  });
});
