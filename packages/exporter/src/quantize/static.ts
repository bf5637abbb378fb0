import { opsetOf } from '@trainyard/autograd/passes';
import { cloneModel, type Graph, type Model, ModelError, type Node } from '@trainyard/onnx-ir';
import { dropUnusedConstants, floatsOf } from './constants.ts';
import { nameGlobalMeans } from './global-means.ts';
import type { Ranges, StaticOptions } from './options.ts';
import type { QuantParameters } from './parameters.ts';
import { planStatic } from './plan.ts';
import { QdqWriter } from './qdq.ts';
import type { Conversion } from './report.ts';
import { weightedRuleOf } from './rules.ts';
import { leastScaleForBias, quantizeBias, quantizeWeights } from './weights.ts';

/** Weights and bias of a node become integer constants. */
function quantizeNode(
  node: Node,
  graph: Graph,
  input: QuantParameters,
  options: StaticOptions,
  writer: QdqWriter,
): void {
  const [, weightValue, biasValue] = node.inputs;
  const weights = floatsOf(weightValue, graph)!;
  const bias = floatsOf(biasValue, graph);
  const biases = bias?.view('float32');
  const axis = options.perChannel === false ? undefined : weightedRuleOf(node)!.axis(node, weights);
  const greatest = biases?.reduce((most, b) => Math.max(most, Math.abs(b)), 0) ?? 0;
  const { values, scales } = quantizeWeights(weights, {
    axis,
    reduceRange: options.reduceRange,
    leastScale: (channel) =>
      leastScaleForBias(axis === undefined ? greatest : (biases?.[channel] ?? 0), input.scale),
  });
  const tensor = { values, dims: weights.dims, scales, axis, zeroPoint: 0 };
  node.setInput(1, writer.constant(weightValue!.name, tensor));
  if (!bias) return;
  const integers = quantizeBias(biases!, input.scale, scales);
  const biasAxis = axis === undefined ? undefined : bias.dims.length - 1;
  node.setInput(2, writer.constant(biasValue!.name, { ...integers, dims: bias.dims, axis: biasAxis }));
}

/**
 * Static quantization to 8-bit integers in QDQ form: QuantizeLinear and DequantizeLinear around every value and weight
 * that ONNX Runtime's integer kernels take, in scales from calibration. The arithmetic is that of Jacob et al. 2018
 * (arXiv:1712.05877); weights are symmetric and per channel as Krishnamoorthi 2018 (arXiv:1806.08342) recommends; a
 * bias is int32 in the scale input × weights. Quantization starts at the first node with weights: what comes before it
 * (preprocessing) stays float, as does every operator without an integer form. `model` is left as it is.
 * @param ranges from `calibrate`
 * @throws ModelError when the model's opset is below 13, which has no scale for each channel
 */
export function quantizeStatic(model: Model, ranges: Ranges, options: StaticOptions = {}): Conversion {
  const opset = opsetOf(model);
  if (opset < 13)
    throw new ModelError(
      'quantizeStatic',
      'a model of opset 13 or newer',
      `opset ${opset}`,
      'export it again',
    );
  const copy = cloneModel(model);
  const { graph } = copy;
  nameGlobalMeans(graph);
  const { parameters, weighted, constants, folded, report } = planStatic(copy, ranges, options);
  const writer = new QdqWriter(graph);
  for (const node of weighted) quantizeNode(node, graph, parameters.get(node.inputs[0]!)!, options, writer);
  for (const [value, chosen] of constants) {
    const integers = writer.quantizedConstant(value.name, floatsOf(value, graph)!, chosen);
    for (const { node, index } of [...value.uses])
      if (node.outputs[0] && parameters.has(node.outputs[0])) node.setInput(index, integers);
  }
  const gone = new Set([...folded].map((node) => node.outputs[0]));
  for (const node of folded) graph.replaceValue(node.outputs[0]!, node.inputs[0]!);
  graph.remove(folded);
  for (const [value, chosen] of parameters) if (!gone.has(value)) writer.activation(value, chosen);
  writer.finish();
  dropUnusedConstants(graph);
  return { model: copy, report };
}
