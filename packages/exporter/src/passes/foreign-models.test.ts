import { runPasses } from '@trainyard/autograd/passes';
import { checkModel, cloneModel } from '@trainyard/onnx-ir';
import { describe, expect, it } from 'vitest';
import {
  foreignModels,
  hasForeignModels,
  maxDifference,
  readForeignModel,
  run,
} from '../foreign-models.cases.ts';
import { optimize, standardPasses } from './optimize.ts';

describe.skipIf(!hasForeignModels)('models that another framework wrote (../shared/foreign-models)', () => {
  it.each(foreignModels)(
    'every pass, alone and with the others, leaves the outputs of %s',
    { timeout: 120_000 },
    async (name) => {
      const { model, input, inputShape, output } = readForeignModel(name);
      const runs = standardPasses.map((pass) => {
        const copy = cloneModel(model);
        return { what: pass.name, model: copy, reports: runPasses(copy, [pass]) };
      });
      const all = optimize(model);
      const results = [...runs, { what: 'all', model: all.model, reports: all.passes }];
      for (const { what, model: changed, reports } of results) {
        checkModel(changed);
        expect(changed.graph.inputs.map((value) => value.name)).toEqual(
          model.graph.inputs.map((value) => value.name),
        );
        expect(changed.graph.outputs.map((value) => value.name)).toEqual(
          model.graph.outputs.map((value) => value.name),
        );
        expect(changed.opsetImports).toEqual(model.opsetImports);
        if (reports.every((report) => report.changed === 0)) continue;
        expect(maxDifference(await run(changed, input, inputShape), output), what).toBeLessThan(1e-5);
      }
      const untyped = [...all.model.graph.values()].filter(
        ({ type }) => !type?.shape || type.shape.includes(null),
      );
      expect(untyped.map((value) => value.name)).toEqual([]);
      // A second time there is nothing left to do.
      expect(optimize(all.model).passes.map(({ changed }) => changed)).toEqual(standardPasses.map(() => 0));
    },
  );
});
