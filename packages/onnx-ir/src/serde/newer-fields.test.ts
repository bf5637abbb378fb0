import { describe, expect, it } from 'vitest';
import { createModel, Graph, Node, Value } from '../graph.ts';
import { bytesOf, proto, Writer } from './proto.ts';
import { readModel } from './read.ts';
import { writeModel } from './write.ts';
import { embed } from './write-parts.ts';

/** A model whose node, graph and model hold a field number that no ONNX version has yet. */
function modelFromTheFuture(): Uint8Array {
  const writer = new Writer();
  proto.ModelProto.encode({ irVersion: 99, opsetImport: [{ version: 40 }] }, writer);
  embed(writer, 7, (graph) => {
    proto.GraphProto.encode({ name: 'g', input: [{ name: 'x' }], output: [{ name: 'y' }] }, graph);
    embed(graph, 1, (node) => {
      proto.NodeProto.encode({ input: ['x'], output: ['y'], opType: 'Relu' }, node);
      node.uint32((77 << 3) | 2).string('of the node');
      node.uint32((10 << 3) | 2).bytes(bytesOf('a device configuration'));
    });
    graph.uint32((77 << 3) | 0).uint32(5);
  });
  writer.uint32((77 << 3) | 2).string('of the model');
  embed(writer, 20, (training) => proto.TrainingInfoProto.encode({ algorithm: { name: 'step' } }, training));
  return writer.finish();
}

describe('fields that onnx-proto does not know', () => {
  it('are kept whole, in place', () => {
    const model = readModel(modelFromTheFuture());
    expect(new TextDecoder().decode(model.graph.nodes[0].extra)).toContain('of the node');
    expect(new TextDecoder().decode(model.graph.nodes[0].extra)).toContain('a device configuration');
    expect(new TextDecoder().decode(model.extra)).toContain('of the model');
    const again = readModel(writeModel(model));
    expect(again.graph.nodes[0].extra).toEqual(model.graph.nodes[0].extra);
    expect(again.graph.extra).toEqual(Uint8Array.of(0xe8, 0x04, 5));
    expect(again.extra).toEqual(model.extra);
  });

  it('training information stays readable for others', () => {
    const written = proto.ModelProto.decode(writeModel(readModel(modelFromTheFuture())));
    expect(written.trainingInfo[0].algorithm?.name).toBe('step');
  });

  it('metadata of graph, nodes and values, and overloads, are named', () => {
    const graph = new Graph('g');
    const [x, y] = [
      new Value('x', { dtype: 'int4' }),
      new Value('y', { dtype: 'float8e8m0', shape: [null] }),
    ];
    x.metadata.set('x', '1');
    graph.inputs.push(x);
    const metadata = new Map([['module', 'conv1']]);
    graph.nodes.push(new Node('F', [x], [y], { metadata, overload: 'fast', domain: 'own' }));
    graph.outputs.push(y);
    graph.metadata.set('g', '2');
    const read = readModel(writeModel(createModel(graph))).graph;
    expect(read.nodes[0].metadata).toEqual(metadata);
    expect(read.nodes[0].overload).toBe('fast');
    expect(read.inputs[0].metadata).toEqual(x.metadata);
    expect(read.metadata).toEqual(graph.metadata);
    expect(read.outputs[0].type).toEqual({ dtype: 'float8e8m0', shape: [null] });
  });
});

describe('what the model has no place for is told', () => {
  it('doc strings of tensors and attributes, denotations, types of nothing', () => {
    const tensor = { name: 'w', dims: [1], dataType: 1, floatData: [1], docString: 'about w' };
    const type = { denotation: 'IMAGE', tensorType: { elemType: 1, shape: { dim: [{ dimValue: 1 }] } } };
    const attribute = [{ name: 'a', type: 2, i: 1, docString: 'about a' }];
    const graph = {
      initializer: [tensor],
      input: [{ name: 'x', type }],
      valueInfo: [{ name: 'ghost', type }],
      node: [{ opType: 'Relu', name: 'relu', input: ['x'], output: ['y'], attribute }],
    };
    const warnings: string[] = [];
    const bytes = proto.ModelProto.encode({ irVersion: 8, graph }).finish();
    readModel(bytes, { onWarning: (message) => warnings.push(message) });
    expect(warnings).toEqual([
      'value "x": the denotation of its type is lost',
      'initializer "w": its doc string is lost',
      'graph "": the type of "ghost" is lost, as nothing has that name',
      'node "relu" (Relu), attribute "a": its doc string is lost',
    ]);
  });
});
