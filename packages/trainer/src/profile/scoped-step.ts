import { scope, type Tensor } from '@trainyard/autograd';
import { type Buffer, type ForwardContext, Module, type Parameter } from '../module.ts';
import type { StepRecipe } from '../train-step.ts';
import { scopes } from './origins.ts';

/** A network as it is, traced in a scope of its own, so that nothing else can go by the name of one of its modules. */
export class ScopedNetwork extends Module {
  readonly #network: Module;

  constructor(network: Module) {
    super();
    this.#network = network;
  }

  override namedParameters(): Map<string, Parameter> {
    return this.#network.namedParameters();
  }

  override namedBuffers(): Map<string, Buffer> {
    return this.#network.namedBuffers();
  }

  override children(): [string, Module][] {
    return this.#network.children();
  }

  override forward(x: Tensor, context?: ForwardContext): Tensor {
    return scope(scopes.network, () => this.#network.forward(x, context));
  }
}

/** A recipe as it is, whose loss and update are traced in scopes of their own. */
export const scopedRecipe = (recipe: StepRecipe): StepRecipe => ({
  ...recipe,
  loss: (logits, labels) => scope(scopes.loss, () => recipe.loss(logits, labels)),
  optimizer: {
    ...recipe.optimizer,
    step: (...step) => scope(scopes.update, () => recipe.optimizer.step(...step)),
  },
});
