import { describe, expect, it } from 'vitest';
import type { Attribute } from './attribute.ts';
import { checkModel, problems } from './check.ts';
import { createModel, Graph, Node, Value } from './graph.ts';
import { fromNumbers } from './numbers.ts';

const floats = (shape: (number | string)[]) => ({ dtype: 'float32', shape }) as const;

/** x → Relu → h → Add(w) → y */
function smallModel() {
  const graph = new Graph('small');
  const x = new Value('x', floats(['n', 2]));
  const h = new Value('h', floats(['n', 2]));
  const y = new Value('y', floats(['n', 2]));
  graph.inputs.push(x);
  const w = graph.addInitializer('w', fromNumbers('float32', [2], [1, 2]));
  graph.nodes.push(new Node('Relu', [x], [h], { name: 'relu' }));
  graph.nodes.push(new Node('Add', [h, w], [y], { name: 'add' }));
  graph.outputs.push(y);
  return { model: createModel(graph), graph, x, h, y, w };
}

/** A model whose only node is an If with `inner` as its branch. */
function modelWithBranch(fill: (inner: Graph, x: Value) => void) {
  const { model, graph, x } = smallModel();
  const inner = new Graph('branch');
  fill(inner, x);
  const condition = graph.addInitializer('condition', fromNumbers('bool', [], [1]));
  const attributes = new Map<string, Attribute>([['then_branch', { kind: 'graph', value: inner }]]);
  graph.nodes.push(new Node('If', [condition], [new Value('z')], { name: 'if', attributes }));
  return model;
}

const messageOf = (change: (parts: ReturnType<typeof smallModel>) => void): string => {
  const parts = smallModel();
  change(parts);
  return [...problems(parts.model)].map(({ message }) => message).join('\n');
};

describe('checkModel', () => {
  it('accepts a model that is right', () => {
    expect(() => checkModel(smallModel().model)).not.toThrow();
    const branch = modelWithBranch((inner, x) => {
      inner.nodes.push(new Node('Neg', [x], [new Value('inside')], { name: 'neg' }));
      inner.outputs.push(inner.nodes[0].outputs[0]!);
    });
    expect([...problems(branch)]).toEqual([]);
  });

  it('throws the first problem', () => {
    const { model, graph } = smallModel();
    graph.nodes.reverse();
    expect(() => checkModel(model)).toThrow('node "add" (Add): expected "h" to be defined before it');
  });

  it.each([
    ['order', ({ graph }) => graph.nodes.reverse(), 'node "add" (Add): expected "h" to be defined before it'],
    [
      'a value from nowhere',
      ({ graph }) => graph.nodes[0].setInput(0, new Value('ghost')),
      'node "relu" (Relu): expected "ghost" to',
    ],
    [
      'a name twice',
      ({ h, y }) => Object.assign(y, { name: h.name }),
      'node "add" (Add): expected every name to be defined once, got "h" again',
    ],
    [
      'an empty name',
      ({ h }) => Object.assign(h, { name: '' }),
      'node "relu" (Relu): expected values with names',
    ],
    [
      'a node twice',
      ({ graph }) => graph.nodes.push(graph.nodes[1]),
      'expected every name to be defined once, got "y" again',
    ],
    [
      'a missing output',
      ({ graph }) => graph.outputs.push(new Value('z', floats([]))),
      'got "z", which nothing here defines',
    ],
    [
      'an untyped input',
      ({ x }) => Object.assign(x, { type: undefined }),
      'input "x": expected a type, got none',
    ],
    [
      'a missing opset',
      ({ model }) => model.opsetImports.clear(),
      'node "relu" (Relu): expected an opset import of "ai.onnx"',
    ],
    [
      'a bad opset',
      ({ model }) => model.opsetImports.set('', 0),
      'opset import "": expected a version of 1 or more, got 0',
    ],
    ['a bad IR version', ({ model }) => Object.assign(model, { irVersion: 0 }), 'IR version of 1 or more'],
    [
      'a constant of another type',
      ({ w }) => Object.assign(w, { type: floats([3]) }),
      'initializer "w": expected float32[3], got float32[2]',
    ],
    [
      'a constant without elements',
      ({ w }) => Object.assign(w, { data: undefined }),
      'initializer "w": expected elements',
    ],
    ['no operator', ({ graph }) => Object.assign(graph.nodes[0], { opType: '' }), 'expected an operator'],
    [
      'a stolen output',
      ({ h }) => Object.assign(h, { producer: undefined }),
      'node "relu" (Relu): expected to compute "h"',
    ],
    [
      'an attribute of the wrong kind',
      ({ graph }) => graph.nodes[0].attributes.set('axis', { kind: 'ints', value: [1] }),
      'node "relu" (Relu): expected attribute axis of kind int, got kind ints',
    ],
    [
      'a reference outside of functions',
      ({ graph }) => graph.nodes[0].attributes.set('slope', { kind: 'ref', name: 'slope', of: 'float' }),
      'no references outside of functions',
    ],
    ['an input twice', ({ graph, x }) => graph.inputs.push(x), 'inputs that differ'],
  ] as [string, (parts: ReturnType<typeof smallModel>) => void, string][])(
    'reports %s',
    (_, change, message) => {
      expect(messageOf(change)).toContain(message);
    },
  );

  it('looks into sub-graphs: shadowed names, values of other branches', () => {
    const shadowing = modelWithBranch((inner, x) => {
      inner.nodes.push(new Node('Neg', [x], [new Value('h')], { name: 'neg' }));
    });
    expect([...problems(shadowing)][0].message).toContain('node "neg" (Neg): expected every name');
    const output = modelWithBranch((inner, x) => inner.outputs.push(x));
    expect([...problems(output)][0].message).toContain('graph "branch": expected outputs that are computed');
  });

  it('looks into functions: parameters, and one definition each', () => {
    const { model } = smallModel();
    const body = new Graph('leaky');
    const x = new Value('x');
    body.inputs.push(x);
    const attributes = new Map<string, Attribute>([['alpha', { kind: 'ref', name: 'slope', of: 'float' }]]);
    body.nodes.push(new Node('LeakyRelu', [x], [new Value('y')], { attributes }));
    body.outputs.push(body.nodes[0].outputs[0]!);
    const definition = {
      ...{ name: 'leaky', domain: 'own', overload: '', body },
      ...{ attributes: ['slope'], opsetImports: new Map([['', 18]]) },
    };
    model.functions.push(definition);
    expect([...problems(model)]).toEqual([]);
    model.functions[0] = { ...definition, attributes: [] };
    expect([...problems(model)][0].message).toContain('attribute alpha to name a parameter');
    model.functions.push(definition);
    expect([...problems(model)].at(-1)?.message).toContain('function "leaky": expected one definition');
  });
});
