import { InputError } from '@trainyard/autograd';
import {
  checkModel,
  cloneModel,
  dataTypeCode,
  fromNumbers,
  type Graph,
  type Model,
  Node,
  Value,
  type ValueType,
} from '@trainyard/onnx-ir';
import { fedInputs } from '../analyze/concrete-inputs.ts';

export interface PictureInputOptions {
  /** Mean of each channel, with pixels from 0 to 1, as the network was trained with. */
  readonly mean: readonly number[];
  /** Standard deviation of each channel, with pixels from 0 to 1. */
  readonly std: readonly number[];
  /** Needed where the model leaves it open. */
  readonly height?: number;
  /** Needed where the model leaves it open. */
  readonly width?: number;
}

/** The first opset whose Sub and Mul broadcast. */
const firstOpset = 7;

/**
 * A model that takes float32 [batch, C, H, W], such as PyTorch exports, as one that takes pictures as every runtime
 * has them: `pixels: uint8 [batch, H, W, C]`. What was done to a picture before, (pixel / 255 − mean) / std of each
 * channel, becomes part of the graph; the rest of it stays as it is, an open or fixed number of pictures too.
 * @throws InputError when the model has not one such input, a size is neither in the model nor given, or mean and std
 * are not a number for each channel
 */
export function withPictureInput(model: Model, options: PictureInputOptions): Model {
  const copy = cloneModel(model);
  const { graph } = copy;
  const opset = copy.opsetImports.get('') ?? 0;
  if (opset < firstOpset)
    throw complain(
      `a model of opset ${firstOpset} or newer`,
      `${opset}`,
      'export it again with a newer opset',
    );
  const input = onlyInput(graph);
  const { mean, std } = options;
  const [channels, height, width] = sizesOf(input, options);
  checkStatistics(mean, std, channels);
  const value = (name: string, type: ValueType) => new Value(graph.uniqueName(name), type);
  const constant = (name: string, numbers: readonly number[]) =>
    graph.addInitializer(graph.uniqueName(name), fromNumbers('float32', [channels, 1, 1], numbers));

  // (p / 255 − mean) / std = (p − 255 mean) · 1 / (255 std)
  const batch = input.type!.shape![0] ?? 'batch';
  const planes = [batch, channels, height, width];
  const pixels = value('pixels', { dtype: 'uint8', shape: [batch, height, width, channels] });
  const moved = value('pixels/Transpose:out', { dtype: 'uint8', shape: planes });
  const numbers = value('pixels/Cast:out', { dtype: 'float32', shape: planes });
  const centred = value('pixels/Sub:out', { dtype: 'float32', shape: planes });
  const scaled = value('pixels/Mul:out', { dtype: 'float32', shape: planes });
  const offset = constant(
    'pixels/offset',
    mean.map((m) => 255 * m),
  );
  const factor = constant(
    'pixels/factor',
    std.map((s) => 1 / (255 * s)),
  );
  graph.inputs.splice(graph.inputs.indexOf(input), 1, pixels);
  graph.replaceValue(input, scaled);
  graph.insert(
    [
      new Node('Transpose', [pixels], [moved], {
        name: 'pixels/Transpose',
        attributes: new Map([['perm', { kind: 'ints', value: [0, 3, 1, 2] }]]),
      }),
      new Node('Cast', [moved], [numbers], {
        name: 'pixels/Cast',
        attributes: new Map([['to', { kind: 'int', value: dataTypeCode('float32') }]]),
      }),
      new Node('Sub', [numbers, offset], [centred], { name: 'pixels/Sub' }),
      new Node('Mul', [centred, factor], [scaled], { name: 'pixels/Mul' }),
    ],
    graph.nodes[0],
  );
  checkModel(copy);
  return copy;
}

const complain = (expected: string, got: string, remedy?: string) =>
  new InputError('withPictureInput', expected, got, remedy);

function onlyInput(graph: Graph): Value {
  const inputs = fedInputs(graph);
  const describe = inputs
    .map(({ name, type }) => `${name}: ${type?.dtype ?? 'unknown'} [${type?.shape?.join(', ') ?? 'any'}]`)
    .join(', ');
  const [input] = inputs;
  if (inputs.length !== 1 || input?.type?.dtype !== 'float32' || input.type.shape?.length !== 4)
    throw complain('a model with one input, float32 [batch, C, H, W]', describe || 'none');
  return input;
}

/** @returns [C, H, W], each as the model has it or, where it leaves it open, as it is given */
function sizesOf(input: Value, { mean, height, width }: PictureInputOptions): [number, number, number] {
  const shape = input.type!.shape!;
  const size = (axis: number, name: string, given: number | undefined): number => {
    const known = shape[axis];
    const wanted = given ?? known;
    if (!Number.isSafeInteger(wanted) || (wanted as number) < 1)
      throw complain(
        `the ${name} of its pictures`,
        `${wanted ?? 'nothing known'}`,
        `give \`${name}\` in pixels`,
      );
    if (typeof known === 'number' && known !== wanted)
      throw complain(`a ${name} of ${known}, as the model has`, `${wanted}`);
    return wanted as number;
  };
  const channels = typeof shape[1] === 'number' ? shape[1] : mean.length;
  return [channels, size(2, 'height', height), size(3, 'width', width)];
}

function checkStatistics(mean: readonly number[], std: readonly number[], channels: number): void {
  if (mean.length !== channels || std.length !== channels)
    throw complain(
      `${channels} numbers each as mean and std, one a channel`,
      `${mean.length} and ${std.length}`,
    );
  if (!mean.every(Number.isFinite)) throw complain('finite mean', `[${mean.join(', ')}]`);
  if (!std.every((s) => s > 0 && Number.isFinite(s))) throw complain('positive std', `[${std.join(', ')}]`);
}
