import { InputError, tensorOfData } from '@trainyard/autograd';
import { cloneModel, type Model, TensorData, type Value } from '@trainyard/onnx-ir';

/**
 * A copy of a classifier that ends with a product and a bias, with a row more for each class that `labels` has beyond
 * those it knows. The new rows are 0: what they stand for is still to be learned; the other logits stay.
 * @throws InputError when the model does not end with a Gemm of constants, or knows more classes than there are labels
 */
export function withClasses(model: Model, labels: readonly string[]): Model {
  const copy = cloneModel(model);
  const [output] = copy.graph.outputs;
  const { weight, bias, transB } = lastProduct(output);
  const [rows, columns] = weight.dims as [number, number];
  const known = transB ? rows : columns;
  if (known > labels.length)
    throw new InputError('withClasses', `at least ${known} labels`, `${labels.length}`);
  const features = transB ? columns : rows;
  const old = weight.value;
  const grown = new Float32Array(labels.length * features);
  if (transB) grown.set(old);
  else
    for (let f = 0; f < features; f++) grown.set(old.subarray(f * known, (f + 1) * known), f * labels.length);
  const grownBias = new Float32Array(labels.length);
  grownBias.set(bias.value);
  weight.set(transB ? [labels.length, features] : [features, labels.length], grown);
  bias.set([labels.length], grownBias);
  if (output!.type) output!.type = { ...output!.type, shape: [output!.type.shape![0]!, labels.length] };
  copy.metadata.set('labels', JSON.stringify(labels));
  return copy;
}

interface Constant {
  readonly dims: readonly number[];
  readonly value: Float32Array;
  set(dims: number[], value: Float32Array): void;
}

function lastProduct(output: Value | undefined): { weight: Constant; bias: Constant; transB: boolean } {
  const node = output?.producer;
  const [weight, bias] = node?.opType === 'Gemm' ? [constant(node.inputs[1]), constant(node.inputs[2])] : [];
  if (!node || !weight || !bias)
    throw new InputError('withClasses', 'a model that ends with a Gemm', node?.opType ?? 'nothing');
  const attribute = node.attributes.get('transB');
  return { weight, bias, transB: attribute?.kind === 'int' && Number(attribute.value) === 1 };
}

function constant(value: Value | undefined): Constant | undefined {
  if (value?.data?.dtype !== 'float32') return undefined;
  return {
    dims: value.data.dims,
    value: tensorOfData(value.data).data as Float32Array,
    set(dims, numbers) {
      value.data = TensorData.from('float32', dims, numbers);
      value.type = { dtype: 'float32', shape: dims };
    },
  };
}
