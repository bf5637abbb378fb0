import { describe, expect, it } from 'vitest';
import { createModel, Graph, Node, Value } from '../graph.ts';
import { fromNumbers } from '../numbers.ts';
import { TensorData } from '../tensor-data.ts';
import { writeModel } from './write.ts';

describe('writeModel refuses', () => {
  it('values without a name', () => {
    const graph = new Graph('g');
    graph.nodes.push(new Node('Relu', [new Value('')], []));
    expect(() => writeModel(createModel(graph))).toThrow('value: expected a name, got an empty one');
  });

  it('initializers without elements', () => {
    const graph = new Graph('g');
    graph.initializers.push(new Value('w'));
    expect(() => writeModel(createModel(graph))).toThrow('initializer "w": expected elements, got none');
  });

  it('constants in the body of a function, which has no place for them', () => {
    const body = new Graph('f');
    body.addInitializer('w', fromNumbers('float32', [], [1]));
    const definition = {
      name: 'f',
      domain: 'own',
      overload: '',
      attributes: [],
      opsetImports: new Map(),
      body,
    };
    const model = createModel(new Graph('g'), { functions: [definition] });
    expect(() => writeModel(model)).toThrow(/^function "f": .*; use Constant nodes$/);
  });

  it('more than 2 GiB, before anything is read', () => {
    const graph = new Graph('g');
    const read = () => {
      throw new Error('read');
    };
    graph.addInitializer('w', new TensorData('float32', [2 ** 29], read));
    expect(() => writeModel(createModel(graph))).toThrow(/at most 2 GiB, got 2147483648 bytes/);
  });
});
