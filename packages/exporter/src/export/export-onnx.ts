import {
  type DType,
  formatType,
  InputError,
  type Shape,
  type Tensor,
  type TensorType,
  trace,
} from '@trainyard/autograd';
import { checkModel, createModel, type Graph, type Model } from '@trainyard/onnx-ir';
import { inference, type Module } from '@trainyard/trainer';

/** Pictures as every platform has them: uint8, `pixels [batch, height, width, channels]`. */
export interface PictureInput {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Any other input: its name (`input` by default), element type and shape, with `'batch'` where the size is open. */
export interface TensorInput {
  readonly name?: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

export interface ExportOptions {
  /** Pictures, for a network whose first module is `Preprocess`; or the type of another kind of input. */
  readonly input: PictureInput | TensorInput;
  /** One name for each class; goes into the metadata as JSON under `labels`. */
  readonly labels?: readonly string[];
  /** Where the network comes from; anything JSON holds, under `lineage`. */
  readonly lineage?: unknown;
  /** Name of the graph. */
  readonly name?: string;
  /** Whether the number of pictures is left open (the default), or 1. */
  readonly dynamicBatch?: boolean;
  /** More metadata, as it is. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The name of the output of an exported network: float32 [batch, classes], before any softmax. */
export const outputName = 'logits';

/**
 * The network, as it is used after training, as an ONNX model of opset 18: input `pixels: uint8[batch, H, W, C]`
 * (or the tensor asked for), output `logits: float32[batch, classes]`, initializers named after the parameters
 * and buffers. The same network gives the same model, byte for byte.
 * @throws InputError when the network needs numbers drawn at run time, does not give [batch, classes] of float32,
 * or has another number of classes than labels
 */
export function exportOnnx(network: Module, options: ExportOptions): Model {
  const { name, type } = inputType(options);
  const { graph, hostInputs } = trace(
    ({ [name]: x }) => ({ [outputName]: network.forward(x, inference) }),
    { [name]: type },
    { name: options.name ?? 'network', names: stateNames(network) },
  );
  if (hostInputs.length > 0)
    throw new InputError(
      'exportOnnx',
      'a network that draws no random numbers when it is used',
      `inputs ${hostInputs.map((input) => input.name).join(', ')}`,
      'draw them only where context.training is true',
    );
  checkOutput(graph, options.labels);
  const model = createModel(graph, { metadata: metadataOf(options) });
  checkModel(model);
  return model;
}

function inputType({ input, dynamicBatch = true }: ExportOptions): { name: string; type: TensorType } {
  if ('dtype' in input) return { name: input.name ?? 'input', type: input };
  const { height, width, channels } = input;
  return {
    name: 'pixels',
    type: { dtype: 'uint8', shape: [dynamicBatch ? 'batch' : 1, height, width, channels] },
  };
}

/** What the initializers will be called: parameters and buffers by their paths in the network. */
function stateNames(network: Module): Map<Tensor, string> {
  const holders = [...network.namedBuffers(), ...network.namedParameters()];
  return new Map(holders.map(([name, { value }]) => [value, name]));
}

function checkOutput(graph: Graph, labels: readonly string[] | undefined): void {
  const { dtype, shape } = graph.outputs[0]!.type as TensorType;
  if (dtype !== 'float32' || shape.length !== 2 || typeof shape[1] !== 'number')
    throw new InputError(
      'exportOnnx',
      'a network that gives float32 [batch, classes]',
      formatType({ dtype, shape }),
      'end it with Flatten and Linear',
    );
  if (labels && labels.length !== shape[1])
    throw new InputError('exportOnnx', `${shape[1]} labels, one a class`, `${labels.length}`);
}

function metadataOf({ labels, lineage, metadata }: ExportOptions): Map<string, string> {
  const entries = {
    ...metadata,
    ...(labels && { labels: JSON.stringify(labels) }),
    ...(lineage !== undefined && { lineage: JSON.stringify(lineage) }),
  };
  return new Map(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
}
