import type { Generator } from '@trainyard/autograd';
import { InputError, type Tensor, type Tensors, zeros } from '@trainyard/autograd';
import { mergeTensors } from './merge-tensors.ts';
import { within } from './module-path.ts';
import type { Initializer } from './nn/initializers.ts';

/** What a forward pass runs under. Without one, modules act as they do when the network is used. */
export interface ForwardContext {
  readonly training: boolean;
  /** Draws dropout masks; needed while training. */
  readonly generator?: Generator;
}

export const inference: ForwardContext = { training: false };

/** A tensor that training changes. */
export class Parameter {
  value: Tensor;
  /** How `initialize` fills it. */
  readonly initializer: Initializer | undefined;
  readonly #blank: Tensor | undefined;

  /** @param initial its value, or how to draw it: then it is zero until `initialize`, `fit` or `loadState` sets it */
  constructor(initial: Tensor | { readonly shape: readonly number[]; readonly initializer: Initializer }) {
    if ('initializer' in initial) {
      this.initializer = initial.initializer;
      this.#blank = zeros(initial.shape);
    }
    this.value = this.#blank ?? (initial as Tensor);
  }

  /** Whether nothing has given it a value yet. */
  get isBlank(): boolean {
    return this.value === this.#blank;
  }
}

/** A tensor that belongs to a module but is not trained, such as a running mean. */
export class Buffer {
  value: Tensor;
  constructor(value: Tensor) {
    this.value = value;
  }
}

type Kind<T> = abstract new (...args: never[]) => T;

/** A part of a network: its parameters, buffers and sub-modules are its fields, by name, at any depth. */
export abstract class Module {
  abstract forward(x: Tensor, context?: ForwardContext): Tensor;

  /** Trained tensors, `conv1.weight` style, in the order of their fields. */
  namedParameters(): Map<string, Parameter> {
    return collect(this, Parameter, '');
  }

  namedBuffers(): Map<string, Buffer> {
    return collect(this, Buffer, '');
  }

  /** Modules directly inside, with their names. */
  children(): [string, Module][] {
    return Object.entries(this).flatMap(([name, field]): [string, Module][] => {
      if (field instanceof Module) return [[name, field]];
      if (!Array.isArray(field)) return [];
      return field.flatMap((item, i): [string, Module][] =>
        item instanceof Module ? [[`${name}.${i}`, item]] : [],
      );
    });
  }
}

function collect<T>(module: Module, kind: Kind<T>, prefix: string): Map<string, T> {
  const own = Object.entries(module).flatMap(([name, field]) =>
    field instanceof kind ? [[prefix + name, field as T] as const] : [],
  );
  const inner = module.children().flatMap(([name, child]) => [...collect(child, kind, `${prefix}${name}.`)]);
  return new Map([...own, ...inner]);
}

/** Runs a child and names what it traces after it. */
export const runChild = (name: string, child: Module, x: Tensor, context?: ForwardContext): Tensor =>
  within(name, child.constructor.name, x, () => child.forward(x, context));

const valuesOf = (holders: Map<string, Parameter | Buffer>): Record<string, Tensor> =>
  Object.fromEntries([...holders].map(([name, { value }]) => [name, value]));

export const parameterValues = (network: Module): Tensors => valuesOf(network.namedParameters());
export const bufferValues = (network: Module): Tensors => valuesOf(network.namedBuffers());

/** Gives a network other values for some of its parameters and buffers. @throws InputError on a name it does not have, or another shape or type */
export function loadState(network: Module, state: Tensors): void {
  const holders = new Map<string, Parameter | Buffer>([
    ...network.namedParameters(),
    ...network.namedBuffers(),
  ]);
  // All are checked before the first is changed.
  const changes = Object.entries(state).map(([name, value]) => {
    const holder = holders.get(name);
    if (!holder) throw new InputError('loadState', `one of ${[...holders.keys()].join(', ')}`, name);
    if (holder.value.dtype !== value.dtype || holder.value.shape.join() !== value.shape.join())
      throw new InputError('loadState', `${name} as ${holder.value}`, String(value));
    return { holder, value };
  });
  for (const { holder, value } of changes) holder.value = value;
}

/**
 * Runs `fn` while the network has the values of `state`, and puts the old ones back.
 * @returns what `fn` returned, and the buffers as it left them
 */
export function withState<T>(network: Module, state: Tensors, fn: () => T): [result: T, buffers: Tensors] {
  const before = mergeTensors(parameterValues(network), bufferValues(network));
  loadState(network, state);
  try {
    return [fn(), bufferValues(network)];
  } finally {
    loadState(network, before);
  }
}
