import type { Graph, Node, Value } from '@trainyard/onnx-ir';
import { copyLowering } from '../kernels/copy.ts';
import { type CFunction, isValue, type Lowering, type ModelView } from '../kernels/kernel.ts';
import { ConstantPool } from './constant-pool.ts';
import { byteLengthOf } from './element-type.ts';
import type { LoweredGraph } from './lower.ts';
import { CNames } from './names.ts';
import type { Place, Program, Step, Tensor } from './program.ts';

/** Gives every value its tensor and every call its operands. */
export function buildProgram(name: string, graph: Graph, lowered: LoweredGraph, view: ModelView): Program {
  return new Builder(name, graph, lowered, view).build();
}

class Builder {
  readonly #name: string;
  readonly #graph: Graph;
  readonly #lowered: LoweredGraph;
  readonly #view: ModelView;
  readonly #names: CNames;
  readonly #constants: ConstantPool;
  /** Tensors of values that are no alias and no constant. */
  readonly #tensors = new Map<Value, Tensor>();

  constructor(name: string, graph: Graph, lowered: LoweredGraph, view: ModelView) {
    this.#name = name;
    this.#graph = graph;
    this.#lowered = lowered;
    this.#view = view;
    const functions = collectFunctions([...lowered.nodes.map(({ lowering }) => lowering)]);
    this.#names = new CNames([
      ...functions.map((fn) => fn.name),
      `${name}_run`,
      `${name}_classify`,
      `${name}_labels`,
    ]);
    this.#constants = new ConstantPool(this.#names);
  }

  build(): Program {
    const inputs = this.#graph.inputs.map((input) => this.#define(input, input, 'input'));
    const copies: { from: Value; to: Tensor; lowering: Lowering }[] = [];
    const outputs = this.#graph.outputs.map((output) => {
      const root = this.#rootOf(output);
      // Whoever computes it writes it where the caller wants it.
      if (root.producer && !root.data && !this.#tensors.has(root))
        return this.#define(root, output, 'output');
      const to = this.#tensor(output, 'output');
      copies.push({ from: root, to, lowering: copyLowering(root, output, this.#view) });
      return to;
    });
    const steps = this.#lowered.nodes.map(({ node, kernel, lowering }) =>
      this.#step(
        kernel,
        nameOf(lowering.origin ?? node),
        lowering,
        lowering.outputs.map((value) => this.#operand(value)),
      ),
    );
    for (const { to, lowering } of copies) steps.push(this.#step('copy', to.name, lowering, [to]));
    const functions = collectFunctions(steps.map(({ lowering }) => lowering));
    return { name: this.#name, inputs, outputs, constants: this.#constants.tensors, steps, functions };
  }

  #step(kernel: string, origin: string, lowering: Lowering, outputs: readonly Tensor[]): Step {
    const inputs = lowering.inputs.map((input, i) =>
      isValue(input)
        ? this.#operand(input, lowering.halfInputs?.includes(i))
        : this.#constants.add(input.name, { dtype: input.dtype, shape: input.dims }, input.bytes),
    );
    const parametersName = lowering.parameters ? this.#names.unique(`${origin}_parameters`) : '';
    return { kernel, origin, lowering, inputs, outputs, parametersName };
  }

  #operand(value: Value, keepHalf = false): Tensor {
    const root = this.#rootOf(value);
    if (root.data) return this.#constants.addValue(root, keepHalf);
    return this.#tensors.get(root) ?? this.#define(root, root, 'arena');
  }

  #rootOf(value: Value): Value {
    let root = value;
    for (let next = this.#lowered.aliases.get(root); next; next = this.#lowered.aliases.get(root))
      root = next;
    return root;
  }

  #define(root: Value, shownAs: Value, place: Place): Tensor {
    const tensor = this.#tensor(shownAs, place);
    this.#tensors.set(root, tensor);
    return tensor;
  }

  #tensor(value: Value, place: Place): Tensor {
    const type = this.#view.type(value);
    return {
      ...type,
      name: value.name,
      cName: this.#names.unique(value.name),
      place,
      byteLength: byteLengthOf(type),
    };
  }
}

/** What calls need, each once and after what it needs itself. */
function collectFunctions(lowerings: readonly Lowering[]): CFunction[] {
  const found = new Map<string, CFunction>();
  const visit = (fn: CFunction): void => {
    if (found.has(fn.name)) return;
    for (const needed of fn.needs ?? []) visit(needed);
    found.set(fn.name, fn);
  };
  for (const { functions } of lowerings) for (const fn of functions) visit(fn);
  return [...found.values()];
}

const nameOf = ({ name, outputs, opType }: Node): string => name || (outputs[0]?.name ?? opType);
