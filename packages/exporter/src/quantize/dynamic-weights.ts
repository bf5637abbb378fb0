import { type Graph, TensorData, type Value } from '@trainyard/onnx-ir';
import { chooseParameters, quantize } from './parameters.ts';
import { rangeOf } from './range.ts';
import { quantizeWeights } from './weights.ts';

export interface DynamicWeights {
  readonly integers: Value;
  /** Undefined where it is 0. */
  readonly zeroPoint: Value | undefined;
  /** Float32: one, or one for each output channel. */
  readonly scales: Float32Array;
}

export interface DynamicWeightOptions {
  readonly dtype: 'int8' | 'uint8';
  readonly axis: number | undefined;
  readonly reduceRange: boolean;
}

/** Adds weights as integers to a graph. uint8 has one scale and a zero point; int8 is symmetric, per channel if asked. */
export function addDynamicWeights(
  graph: Graph,
  fresh: (wish: string) => string,
  name: string,
  data: TensorData,
  { dtype, axis, reduceRange }: DynamicWeightOptions,
): DynamicWeights {
  if (dtype === 'int8') {
    const { values, scales } = quantizeWeights(data, { axis, reduceRange });
    const integers = graph.addInitializer(
      fresh(`${name}_quantized`),
      TensorData.from(dtype, data.dims, values),
    );
    return { integers, zeroPoint: undefined, scales };
  }
  const parameters = chooseParameters(rangeOf(data), { dtype });
  const values = Uint8Array.from(data.view('float32'), (w) => quantize(w, parameters));
  const zeroPoint = TensorData.from(dtype, [], Uint8Array.of(parameters.zeroPoint));
  return {
    integers: graph.addInitializer(fresh(`${name}_quantized`), TensorData.from(dtype, data.dims, values)),
    zeroPoint: graph.addInitializer(fresh(`${name}_zero_point`), zeroPoint),
    scales: Float32Array.of(parameters.scale),
  };
}
