import { type Attribute, createModel, Graph, Node, TensorData, Value, writeModel } from '@trainyard/onnx-ir';

/** Puts a node into the graph and gives its output, which has the name of the node. */
type Add = (
  opType: string,
  inputs: readonly Value[],
  name: string,
  attributes?: Record<string, Attribute>,
) => Value;

const int = (value: number): Attribute => ({ kind: 'int', value });

/** A model from `pixels`, uint8 [batch, ...shape], to `logits`, which `build` makes of them as float32 [batch, size]. */
function modelOf(
  shape: readonly number[],
  classes: number,
  build: (flat: Value, add: Add, graph: Graph) => Value,
): Uint8Array {
  const graph = new Graph('tiny');
  const add: Add = (opType, inputs, name, attributes = {}) => {
    const output = new Value(name);
    graph.insert([
      new Node(opType, [...inputs], [output], { name, attributes: new Map(Object.entries(attributes)) }),
    ]);
    return output;
  };
  const pixels = new Value('pixels', { dtype: 'uint8', shape: ['batch', ...shape] });
  graph.inputs.push(pixels);
  const flat = add('Flatten', [add('Cast', [pixels], 'float', { to: int(1) })], 'flat', { axis: int(1) });
  const logits = build(flat, add, graph);
  logits.type = { dtype: 'float32', shape: ['batch', classes] };
  graph.outputs.push(logits);
  return writeModel(createModel(graph));
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/**
 * logits = flatten(pixels) · weights
 * @param work multiplications by the identity matrix before the last one, to make a run take long
 */
export function linearModel(
  shape: readonly number[],
  weights: Float32Array,
  classes: number,
  work: number,
): Uint8Array {
  const size = sizeOf(shape);
  return modelOf(shape, classes, (flat, add, graph) => {
    let x = flat;
    if (work > 0) {
      const identity = Float32Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
      const matrix = graph.addInitializer('identity', TensorData.from('float32', [size, size], identity));
      for (let i = 0; i < work; i++) x = add('MatMul', [x, matrix], `same${i}`);
    }
    const matrix = graph.addInitializer('weights', TensorData.from('float32', [size, classes], weights));
    return add('MatMul', [x, matrix], 'logits');
  });
}

/** A model with an operator that no runtime has. */
export const unknownOperatorModel = (shape: readonly number[]): Uint8Array =>
  modelOf(shape, sizeOf(shape), (flat, add) => add('Teapot', [flat], 'logits'));

/** A model of a few hundred bytes that needs 4 TiB of memory when it runs: its shapes are legal. */
export const hugeModel = (shape: readonly number[]): Uint8Array =>
  modelOf(shape, sizeOf(shape), (flat, add, graph) => {
    const sides = TensorData.from('int64', [2], BigInt64Array.of(2n ** 20n, 2n ** 20n));
    const sum = add('ReduceSum', [flat], 'sum', { keepdims: int(0) });
    const huge = add('Expand', [sum, graph.addInitializer('sides', sides)], 'huge');
    return add('Add', [flat, add('ReduceMax', [huge], 'max', { keepdims: int(0) })], 'logits');
  });
