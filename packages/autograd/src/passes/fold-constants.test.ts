import { type Attribute, checkModel, createModel, Graph, Node, toNumbers, Value } from '@trainyard/onnx-ir';
import { constant, int, node, output, relu } from '@trainyard/testing/graphs';
import { describe, expect, it } from 'vitest';
import { foldConstants } from './fold-constants.ts';

function start() {
  const graph = new Graph('g');
  const x = new Value('x', { dtype: 'float32', shape: ['n', 2] });
  graph.inputs.push(x);
  return { graph, x, model: createModel(graph) };
}

const numbers = (graph: Graph, name: string): number[] | undefined => {
  const data = graph.initializers.find((value) => value.name === name)?.data;
  return data && [...toNumbers(data)];
};

describe('foldConstants', () => {
  it('computes what depends on constants alone, chains at once', () => {
    const { graph, x, model } = start();
    const [a, b] = [constant(graph, 'a', [2], [1, 2]), constant(graph, 'b', [], [10])];
    const sum = node(graph, 'Add', [a, b], 'sum');
    const product = node(graph, 'Mul', [sum, sum], 'product');
    output(graph, node(graph, 'Add', [x, product], 'y'));
    expect(foldConstants.run(model)).toEqual({ changed: 2, refused: [] });
    expect(graph.nodes.map(({ name }) => name)).toEqual(['y']);
    expect(numbers(graph, 'product')).toEqual([121, 144]);
    checkModel(model);
  });

  it('makes initializers of Constant nodes, of every form', () => {
    const { graph, x, model } = start();
    const forms: Record<string, Attribute> = {
      value_float: { kind: 'float', value: 2 },
      value_int: { kind: 'int', value: 3 },
      value_ints: { kind: 'ints', value: [4, 5] },
      value_floats: { kind: 'floats', value: [6] },
    };
    for (const [name, attribute] of Object.entries(forms)) {
      const value = node(graph, 'Constant', [], name, { [name]: attribute });
      graph.nodes.push(new Node('Use', [value], [new Value(`${name}_used`)], { domain: 'own' }));
    }
    node(graph, 'Constant', [], 'text', { value_string: { kind: 'string', value: 'a' } });
    output(graph, relu(graph, x, 'y'));
    const { changed, refused } = foldConstants.run(model);
    expect(changed).toBe(4);
    expect(refused).toContainEqual({ node: 'text (Constant)', why: 'a sparse or text constant' });
    expect(Object.keys(forms).map((name) => numbers(graph, name))).toEqual([[2], [3], [4, 5], [6]]);
  });

  it('knows the Shape of a value whose sizes are numbers, or the part that is', () => {
    const { graph, x, model } = start();
    output(graph, node(graph, 'Shape', [x], 'open'));
    const part = node(graph, 'Shape', [x], 'part', { start: int(1) });
    output(graph, node(graph, 'Expand', [x, part], 'y'));
    expect(foldConstants.run(model).changed).toBe(1);
    expect(numbers(graph, 'part')).toEqual([2]);
    expect(graph.nodes[0].opType).toBe('Shape');
  });

  it('leaves inputs with defaults, outputs, strangers and giants', () => {
    const { graph, model } = start();
    const w = constant(graph, 'w', [2], [1, 2]);
    const free = constant(graph, 'free', [2], [1, 2]);
    graph.inputs.push(w);
    node(graph, 'Neg', [w], 'of_an_input');
    output(graph, node(graph, 'Neg', [free], 'an_output'));
    graph.nodes.push(new Node('Neg', [free], [new Value('stranger')], { domain: 'own', name: 'stranger' }));
    const sizes = constant(graph, 'sizes', [2], [2 ** 20, 2], 'int64');
    node(graph, 'Expand', [free, sizes], 'giant');
    node(graph, 'DequantizeLinear', [free, free], 'weight');
    const { changed, refused } = foldConstants.run(model);
    expect(changed).toBe(0);
    expect(refused).toEqual([
      { node: 'an_output (Neg)', why: 'its result is an output of the graph' },
      { node: 'stranger (Neg)', why: 'all its inputs are constant, but we do not know the operator' },
      { node: 'giant (Expand)', why: 'its result has more than 1048576 elements' },
    ]);
  });

  it('does not make a file larger, nor compute for long', () => {
    const { graph, model } = start();
    const one = constant(graph, 'one', [1], [1]);
    node(graph, 'Expand', [one, constant(graph, 'sizes', [1], [5000], 'int64')], 'larger');
    const side = constant(graph, 'side', [1024, 1024], new Float32Array(2 ** 20));
    node(graph, 'MatMul', [side, side], 'long');
    const { changed, refused } = foldConstants.run(model);
    expect(changed).toBe(0);
    expect(refused.map(({ why }) => why)).toEqual([
      'its result is larger than what it is computed from',
      'the constants before it used up the budget',
    ]);
  });

  it('folds in sub-graphs what they read from around them', () => {
    const { graph, model } = start();
    const w = constant(graph, 'w', [], [4]);
    const inner = new Graph('inner');
    output(inner, relu(inner, node(inner, 'Neg', [w], 'negative'), 'z'));
    const attributes = new Map<string, Attribute>([['then_branch', { kind: 'graph', value: inner }]]);
    const yes = constant(graph, 'yes', [], [1], 'bool');
    graph.nodes.push(new Node('If', [yes], [new Value('y')], { attributes, name: 'if' }));
    const { changed, refused } = foldConstants.run(model);
    expect(changed).toBe(1);
    expect(numbers(inner, 'negative')).toEqual([-4]);
    expect(refused.map(({ node: name }) => name)).toEqual(['if (If)', 'z (Relu)']);
  });

  it('does not run on old opsets, whose operators differ', () => {
    const { model } = start();
    model.opsetImports.set('', 11);
    expect(foldConstants.requires?.(model)).toBe('opset 11 is older than 13');
  });
});
