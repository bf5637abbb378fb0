import { adaptiveAveragePool, adaptiveMaxPool, averagePool, maxPool, type Tensor } from '@trainyard/autograd';
import { Module } from '../module.ts';
import { type Pair, pair } from '../options.ts';

export interface MaxPool2dOptions {
  /** Steps between windows; `kernelSize` unless given. */
  readonly stride?: Pair;
  readonly padding?: Pair;
  readonly dilation?: Pair;
  readonly ceilMode?: boolean;
}

/** The maximum of each window, as torch.nn.MaxPool2d. */
export class MaxPool2d extends Module {
  readonly #options: Parameters<typeof maxPool>[1];

  constructor(kernelSize: Pair, options: MaxPool2dOptions = {}) {
    super();
    this.#options = {
      ...window('MaxPool2d', kernelSize, options),
      dilations: pair('MaxPool2d', 'dilation', options.dilation ?? 1, 1),
    };
  }

  override forward(x: Tensor): Tensor {
    return maxPool(x, this.#options);
  }
}

export interface AvgPool2dOptions extends Omit<MaxPool2dOptions, 'dilation'> {
  /** Whether padding counts in the mean; it does unless said otherwise. */
  readonly countIncludePad?: boolean;
}

/** The mean of each window, as torch.nn.AvgPool2d. */
export class AvgPool2d extends Module {
  readonly #options: Parameters<typeof averagePool>[1];

  constructor(kernelSize: Pair, options: AvgPool2dOptions = {}) {
    super();
    this.#options = {
      ...window('AvgPool2d', kernelSize, options),
      countIncludePad: options.countIncludePad ?? true,
    };
  }

  override forward(x: Tensor): Tensor {
    return averagePool(x, this.#options);
  }
}

/** The mean of as many windows as the result has pixels, whatever the input's size, as torch.nn.AdaptiveAvgPool2d. */
export class AdaptiveAvgPool2d extends Module {
  readonly outputSize: readonly [number, number];

  constructor(outputSize: Pair) {
    super();
    this.outputSize = pair('AdaptiveAvgPool2d', 'outputSize', outputSize, 1);
  }

  override forward(x: Tensor): Tensor {
    return adaptiveAveragePool(x, this.outputSize);
  }
}

/** The maximum of as many windows as the result has pixels, as torch.nn.AdaptiveMaxPool2d. */
export class AdaptiveMaxPool2d extends Module {
  readonly outputSize: readonly [number, number];

  constructor(outputSize: Pair) {
    super();
    this.outputSize = pair('AdaptiveMaxPool2d', 'outputSize', outputSize, 1);
  }

  override forward(x: Tensor): Tensor {
    return adaptiveMaxPool(x, this.outputSize);
  }
}

function window(where: string, kernelSize: Pair, options: AvgPool2dOptions) {
  const padding = pair(where, 'padding', options.padding ?? 0, 0);
  return {
    kernelShape: pair(where, 'kernelSize', kernelSize, 1),
    strides: pair(where, 'stride', options.stride ?? kernelSize, 1),
    pads: [...padding, ...padding],
    ceilMode: options.ceilMode ?? false,
  };
}
