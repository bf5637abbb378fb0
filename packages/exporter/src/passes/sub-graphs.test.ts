import { checkModel, createModel, Graph, type Model, Node, Value, writeModel } from '@trainyard/onnx-ir';
import { constant, ints, node, output, relu } from '@trainyard/testing/graphs';
import * as ort from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { optimize } from './optimize.ts';

const type = { dtype: 'float32', shape: ['n', 2] } as const;

/**
 * y = If(choose) { Relu(Identity(h)) · (a + b) } else { −Twice(h) }, where h = Transpose(Transpose(x)) is read only
 * inside, a and b are constants of the graph around, and Twice is a function of the model.
 */
function branching(): Model {
  const graph = new Graph('g');
  const x = new Value('x', type);
  const choose = new Value('choose', { dtype: 'bool', shape: [] });
  graph.inputs.push(x, choose);
  const turned = node(graph, 'Transpose', [x], 'turned', { perm: ints(1, 0) });
  const h = node(graph, 'Identity', [node(graph, 'Transpose', [turned], 'back', { perm: ints(1, 0) })], 'h');
  const [a, b] = [constant(graph, 'a', [2], [1, 2]), constant(graph, 'b', [2], [1, 2])];
  const yes = new Graph('yes');
  const positive = relu(yes, node(yes, 'Identity', [h], 'same'), 'positive');
  output(yes, node(yes, 'Mul', [positive, node(yes, 'Add', [a, b], 'sum')], 'product'));
  const no = new Graph('no');
  const twice = new Value('twice', type);
  no.nodes.push(new Node('Twice', [h], [twice], { domain: 'own', name: 'twice' }));
  output(no, node(no, 'Neg', [twice], 'negative'));
  output(
    graph,
    node(graph, 'If', [choose], 'y', {
      then_branch: { kind: 'graph', value: yes },
      else_branch: { kind: 'graph', value: no },
    }),
  );
  const body = new Graph('Twice');
  const v = new Value('v');
  body.inputs.push(v);
  body.outputs.push(node(body, 'Identity', [node(body, 'Add', [v, v], 'vv')], 'w'));
  const opsetImports = new Map([
    ['', 18],
    ['own', 1],
  ]);
  const twiceFunction = { name: 'Twice', domain: 'own', overload: '', attributes: [], opsetImports, body };
  return createModel(graph, { opsetImports, functions: [twiceFunction] });
}

async function run(model: Model, choose: boolean): Promise<number[]> {
  const session = await ort.InferenceSession.create(writeModel(model), { logSeverityLevel: 3 });
  const results = await session.run({
    x: new ort.Tensor('float32', [1, -2, 3, 4], [2, 2]),
    choose: new ort.Tensor('bool', [choose], []),
  });
  await session.release();
  return Array.from(results.y.data as Float32Array);
}

it('branches and functions compute what they did', async () => {
  const model = branching();
  checkModel(model);
  const { model: optimized, passes } = optimize(model);
  checkModel(optimized);
  const changed = Object.fromEntries(passes.map((report) => [report.pass, report.changed]));
  expect(changed).toMatchObject({
    foldConstants: 1,
    eliminateIdentities: 2,
    eliminateCommonSubexpressions: 1,
  });
  expect(optimized.functions[0].body.nodes.map(({ opType }) => opType)).toEqual(['Add', 'Identity']);
  expect(await run(optimized, true)).toEqual([2, 0, 6, 16]);
  expect(await run(optimized, false)).toEqual([-2, 4, -6, -8]);
  expect(await run(model, true)).toEqual([2, 0, 6, 16]);
});
