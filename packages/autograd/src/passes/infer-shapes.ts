import { type Dim, type Graph, type Node, printType, type Value, type ValueType } from '@trainyard/onnx-ir';
import { constantType, inferNode } from '../analyze/infer-node.ts';
import type { InferInput } from '../op.ts';
import { isDType, type TensorType } from '../types.ts';
import { inputsOf } from './constants.ts';
import { graphsOf, Outcome, type Pass } from './pass.ts';
import { SymbolicShapes } from './symbolic-shapes.ts';

/**
 * Finds the types of values by the shape rules of our operators, through computed shapes and named dimensions too.
 * Results of operators we do not know keep the types that the model declares, or stay unknown.
 * Where a declared size and an inferred one differ, the declared one stays, and the report says so.
 */
export const inferShapes: Pass = {
  name: 'inferShapes',
  run(model) {
    const outcome = new Outcome();
    const run = new ShapeInference(inputsOf(graphsOf(model)), outcome);
    run.visit(model.graph);
    return outcome;
  },
};

/** Sizes that nobody knows get names of their own while the rules run, which can be told from the model's. */
const invented = '\u0000unknown';
const isInvented = (dim: Dim): boolean => typeof dim === 'string' && dim.includes(invented);

class ShapeInference {
  readonly #types = new Map<Value, InferInput>();
  readonly #symbolic = new SymbolicShapes(this.#types);
  readonly #inputs: ReadonlySet<Value>;
  readonly #outcome: Outcome;
  #count = 0;

  constructor(inputs: ReadonlySet<Value>, outcome: Outcome) {
    this.#inputs = inputs;
    this.#outcome = outcome;
  }

  visit(graph: Graph): void {
    for (const value of graph.initializers) {
      const type = value.data && !this.#inputs.has(value) ? constantType(value.data) : undefined;
      if (type) this.#types.set(value, type);
      else this.#declare(value);
    }
    for (const value of graph.inputs) this.#declare(value);
    for (const node of graph.nodes) {
      this.#infer(node);
      // After the node's inputs are known, which the graphs inside may read.
      for (const inner of node.subGraphs()) this.visit(inner);
    }
  }

  #declare(value: Value): void {
    const type = this.#fromDeclared(value.type);
    if (type) this.#types.set(value, type);
  }

  #infer(node: Node): void {
    const result = inferNode(node, this.#types);
    const symbolic = this.#symbolic.infer(node);
    const found = symbolic ? [symbolic] : typeof result === 'string' ? [] : result.types;
    this.#symbolic.note(node);
    if (typeof result === 'string' && !symbolic) this.#outcome.refuse(node, result);
    for (const [i, output] of node.outputs.entries()) {
      if (!output) continue;
      const merged = this.#merge(node, output, found[i]);
      if (merged) this.#types.set(output, merged);
    }
  }

  /** Gives a value what was found, as far as it does not contradict what was declared. */
  #merge(node: Node, value: Value, found: InferInput | undefined): InferInput | undefined {
    const declared = value.type;
    if (!found) return this.#fromDeclared(declared);
    const type = toValueType(found);
    const merged = declared ? mergeTypes(declared, type) : type;
    if (!merged) {
      this.#outcome.refuse(
        node,
        `"${value.name}" is declared ${printType(declared!)}, and inferred ${printType(type)}`,
      );
      return this.#fromDeclared(declared);
    }
    if (!declared || printType(declared) !== printType(merged)) {
      value.type = merged;
      this.#outcome.changed++;
    }
    const shape = found.shape.map((dim, i) => merged.shape?.[i] ?? dim);
    return { ...found, shape };
  }

  /** A declared type as the rules see it; undefined where the rank or the element type is none of ours. */
  #fromDeclared(type: ValueType | undefined): TensorType | undefined {
    if (!type?.shape || !isDType(type.dtype)) return undefined;
    return { dtype: type.dtype, shape: type.shape.map((dim) => dim ?? `${invented}${this.#count++}`) };
  }
}

const toValueType = ({ dtype, shape }: TensorType): ValueType => ({
  dtype,
  shape: shape.map((dim) => (isInvented(dim) ? null : dim)),
});

/** Both together, numbers before names before nothing; undefined where they contradict each other. */
function mergeTypes(declared: ValueType, found: ValueType): ValueType | undefined {
  if (declared.dtype !== found.dtype) return undefined;
  if (!declared.shape || !found.shape) return declared.shape ? declared : found;
  if (declared.shape.length !== found.shape.length) return undefined;
  const shape: Dim[] = [];
  for (const [i, before] of declared.shape.entries()) {
    const after = found.shape[i];
    if (typeof before === 'number' && typeof after === 'number' && before !== after) return undefined;
    shape.push(typeof before === 'number' ? before : typeof after === 'number' ? after : (before ?? after));
  }
  return { dtype: declared.dtype, shape };
}
