import { add, flatten, sameShape, type Tensor } from '@trainyard/autograd';
import { type ForwardContext, Module, runChild } from '../module.ts';
import { modulePath } from '../module-path.ts';
import { NetworkError } from '../network-error.ts';

/**
 * Modules one after the other. Their names are those of the record, or 0, 1, 2 … for a list.
 * @example new Sequential({ conv1: new Conv2d(1, 8, { kernelSize: 3 }), act1: new ReLU() })
 */
export class Sequential extends Module {
  readonly #layers: readonly [string, Module][];

  constructor(layers: Readonly<Record<string, Module>> | readonly Module[]) {
    super();
    this.#layers = Object.entries(layers);
  }

  override children(): [string, Module][] {
    return [...this.#layers];
  }

  override forward(x: Tensor, context?: ForwardContext): Tensor {
    return this.#layers.reduce((y, [name, layer]) => runChild(name, layer, y, context), x);
  }
}

/** body(x) + shortcut(x), where the shortcut is x itself unless given (He et al., 2015). */
export class Residual extends Module {
  readonly body: Module;
  readonly shortcut: Module | undefined;

  constructor(body: Module, shortcut?: Module) {
    super();
    this.body = body;
    this.shortcut = shortcut;
  }

  override forward(x: Tensor, context?: ForwardContext): Tensor {
    const main = runChild('body', this.body, x, context);
    const side = this.shortcut ? runChild('shortcut', this.shortcut, x, context) : x;
    if (!sameShape(main.shape, side.shape))
      throw new NetworkError(
        modulePath('Residual'),
        `expected a shortcut of the body's shape [${main.shape.join(', ')}], got [${side.shape.join(', ')}]`,
      );
    return add(main, side);
  }
}

/** [N, …] to [N, features]. */
export class Flatten extends Module {
  override forward(x: Tensor): Tensor {
    return flatten(x, 1);
  }
}

/** Gives its input back; stands where a module is wanted and nothing is to be done. */
export class Identity extends Module {
  override forward(x: Tensor): Tensor {
    return x;
  }
}
