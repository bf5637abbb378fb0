import { Generator } from '@trainyard/autograd';
import type { Module } from '../module.ts';

export interface InitializeOptions {
  /** Leaves parameters alone that have a value already. */
  readonly blankOnly?: boolean;
}

/**
 * Draws every parameter that has a rule for it. Each has a stream of its own, which its name decides, so the
 * same seed gives the same values, and a layer more or less does not change the others.
 * @returns the network
 */
export function initialize<M extends Module>(network: M, seed: number, options: InitializeOptions = {}): M {
  const root = new Generator(seed).fork('initialize');
  for (const [name, parameter] of network.namedParameters()) {
    if (!parameter.initializer || (options.blankOnly && !parameter.isBlank)) continue;
    parameter.value = parameter.initializer(parameter.value.sizes, root.fork(name));
  }
  return network;
}
