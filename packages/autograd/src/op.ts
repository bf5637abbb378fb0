import { apply } from './apply.ts';
import { type AttributeRules, type AttributesOf, withDefaults } from './attributes.ts';
import type { Tensor } from './tensor.ts';
import type { Shape, TensorType } from './types.ts';

/** What a shape rule sees of an input: its type, and its elements where they are known. */
export interface InferInput extends TensorType {
  readonly known?: Tensor | undefined;
  /** The elements of a computed shape, some of them names; see `OutputType`. */
  readonly elements?: Shape | undefined;
}

/** The type of an output; and its elements, where it is a shape that is being traced. */
export interface OutputType extends TensorType {
  readonly elements?: Shape;
}

export interface VjpCall<R extends AttributeRules> {
  /** The forward inputs. Optional ones that were left out are undefined. */
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly attributes: AttributesOf<R>;
  /** One for each output, zeros where the output did not matter. */
  readonly cotangents: readonly Tensor[];
}

/** Computes the cotangent of one input; null where the operator is not differentiable in it. */
export type Pullback = (() => Tensor) | null;

/** The domain of operators that ONNX does not have; each must say how it lowers. */
export const ownDomain = 'ai.trainyard';

/**
 * What a graph will run on: `cpu` takes the operators that are fastest on ONNX Runtime's processor provider,
 * `portable` those that its WebGPU provider has as well.
 */
export type Target = 'cpu' | 'portable';

/**
 * An operator, whole: shape rule, kernel, gradient, and how it becomes ONNX.
 * Inputs, attributes (in camelCase) and outputs are those of the ONNX operator of this type.
 */
export interface OpDefinition<R extends AttributeRules = AttributeRules> {
  readonly type: string;
  /** '' (ONNX's own operators) unless said otherwise. */
  readonly domain?: string;
  readonly attributes?: R;
  /**
   * Types of the outputs. Works on named dimensions too.
   * @throws InputError when the inputs do not fit
   */
  infer(inputs: readonly InferInput[], attributes: AttributesOf<R>): readonly OutputType[];
  /** Writes every element of `outputs`, which arrive zeroed, from `inputs`. Plain TypeScript. */
  kernel(inputs: readonly Tensor[], attributes: AttributesOf<R>, outputs: readonly Tensor[]): void;
  /** The gradient, written in operators: one pullback for each input, called only where it is needed. */
  vjp?(call: VjpCall<R>): readonly Pullback[];
  /**
   * How the operator becomes ONNX, written in operators; left out, or undefined for some inputs, where ONNX has it
   * as the one node of this type. It may depend on what the graph will run on.
   */
  lower?(
    inputs: readonly Tensor[],
    attributes: AttributesOf<R>,
    target: Target,
  ): readonly Tensor[] | undefined;
  /** Floating-point operations of one call, 2 for a multiply-add; left out where it is next to nothing. */
  flops?(inputs: readonly TensorType[], attributes: AttributesOf<R>, outputs: readonly TensorType[]): number;
}

/** A defined operator; `call` is how tensors go through it, whatever executes them. */
export class Op<R extends AttributeRules = AttributeRules> {
  readonly type: string;
  readonly domain: string;
  readonly rules: R;
  readonly definition: OpDefinition<R>;
  readonly #defaults: AttributesOf<R>;

  constructor(definition: OpDefinition<R>) {
    this.type = definition.type;
    this.domain = definition.domain ?? '';
    this.rules = definition.attributes ?? ({} as R);
    this.definition = definition;
    this.#defaults = withDefaults(this.rules, {});
  }

  /**
   * Applies the operator: runs its kernel, or records it when an input is being traced.
   * @throws InputError when the inputs do not fit
   */
  call(inputs: readonly (Tensor | undefined)[], attributes?: Partial<AttributesOf<R>>): Tensor[] {
    return apply(
      this as unknown as Op,
      inputs as readonly Tensor[],
      (attributes ? withDefaults(this.rules, attributes) : this.#defaults) as never,
    );
  }
}

export const defineOp = <const R extends AttributeRules>(definition: OpDefinition<R>): Op<R> =>
  new Op(definition);
