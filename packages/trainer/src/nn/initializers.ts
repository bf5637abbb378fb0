import { full, type Generator, InputError, sizeOf, type Tensor } from '@trainyard/autograd';

/** Draws a tensor of a shape. Weights are [out, in, …kernel]. */
export type Initializer = (shape: readonly number[], generator: Generator) => Tensor;

export type Nonlinearity = 'linear' | 'relu' | 'leakyRelu' | 'tanh' | 'sigmoid' | 'selu';

/** What keeps the variance through an activation; torch.nn.init.calculate_gain. */
export function gainOf(nonlinearity: Nonlinearity, slope = 0.01): number {
  const gains = { linear: 1, sigmoid: 1, tanh: 5 / 3, relu: Math.SQRT2, selu: 3 / 4 };
  return nonlinearity === 'leakyRelu' ? Math.sqrt(2 / (1 + slope ** 2)) : gains[nonlinearity];
}

function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  if (shape.length < 2)
    throw new InputError(
      'initializer',
      'a weight [out, in, …]',
      `[${shape.join(', ')}]`,
      'use uniform or zeros',
    );
  const field = sizeOf(shape.slice(2));
  return { fanIn: shape[1] * field, fanOut: shape[0] * field };
}

export interface KaimingOptions {
  readonly mode?: 'fanIn' | 'fanOut';
  /** What follows the layer; ReLU unless given. */
  readonly nonlinearity?: Nonlinearity;
  /** Negative slope of leakyRelu. */
  readonly slope?: number;
}

const kaimingDeviation = (shape: readonly number[], options: KaimingOptions): number =>
  gainOf(options.nonlinearity ?? 'relu', options.slope) / Math.sqrt(fans(shape)[options.mode ?? 'fanIn']);

export const constant =
  (value: number): Initializer =>
  (shape) =>
    full(shape, value);

export const uniform =
  (low: number, high: number): Initializer =>
  (shape, generator) =>
    generator.uniform(shape, low, high);

export const normal =
  (mean: number, deviation: number): Initializer =>
  (shape, generator) =>
    generator.normal(shape, mean, deviation);

/** Uniform in ±gain √(3 / fan) (He et al., 2015). */
export const kaimingUniform =
  (options: KaimingOptions = {}): Initializer =>
  (shape, generator) => {
    const bound = Math.sqrt(3) * kaimingDeviation(shape, options);
    return generator.uniform(shape, -bound, bound);
  };

/** Normal with deviation gain / √fan (He et al., 2015). */
export const kaimingNormal =
  (options: KaimingOptions = {}): Initializer =>
  (shape, generator) =>
    generator.normal(shape, 0, kaimingDeviation(shape, options));

/** Uniform in ±gain √(6 / (fanIn + fanOut)) (Glorot and Bengio, 2010). */
export const xavierUniform =
  (gain = 1): Initializer =>
  (shape, generator) => {
    const { fanIn, fanOut } = fans(shape);
    const bound = gain * Math.sqrt(6 / (fanIn + fanOut));
    return generator.uniform(shape, -bound, bound);
  };

/** Normal with deviation gain √(2 / (fanIn + fanOut)) (Glorot and Bengio, 2010). */
export const xavierNormal =
  (gain = 1): Initializer =>
  (shape, generator) => {
    const { fanIn, fanOut } = fans(shape);
    return generator.normal(shape, 0, gain * Math.sqrt(2 / (fanIn + fanOut)));
  };

/** PyTorch's default for convolutions and linear layers: uniform in ±1 / √fanIn. */
export const torchWeight: Initializer = kaimingUniform({ nonlinearity: 'leakyRelu', slope: Math.sqrt(5) });

/** PyTorch's default for their biases, likewise. */
export const torchBias = (fanIn: number): Initializer => uniform(-1 / Math.sqrt(fanIn), 1 / Math.sqrt(fanIn));
