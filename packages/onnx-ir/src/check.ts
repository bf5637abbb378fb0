import type { Attribute } from './attribute.ts';
import { attributeKindOf } from './attribute-kinds.ts';
import { ModelError } from './errors.ts';
import type { FunctionDefinition, Graph, Model, Node, Value } from './graph.ts';
import { printType } from './print.ts';

/**
 * Checks a model: opsets imported for every domain in use, names unique and defined once, nodes in topological order,
 * types that agree with the constants they describe, attributes of the kinds that ONNX gives them, outputs defined.
 * @throws ModelError that names the node and the value of the first problem
 */
export function checkModel(model: Model): void {
  const [first] = problems(model);
  if (first) throw first;
}

/** All that is wrong with a model, in the order of its parts. */
export function* problems(model: Model): Generator<ModelError> {
  if (!Number.isInteger(model.irVersion) || model.irVersion < 1)
    yield new ModelError('model', 'an IR version of 1 or more', String(model.irVersion));
  for (const [domain, version] of model.opsetImports)
    if (!Number.isInteger(version) || version < 1)
      yield new ModelError(`opset import "${domain}"`, 'a version of 1 or more', String(version));
  const main = { opsets: model.opsetImports, parameters: undefined };
  yield* checkGraph(model.graph, new Scope(main));
  yield* checkSignature(model.graph);
  const seen = new Set<string>();
  for (const definition of model.functions) {
    const key = [definition.domain, definition.name, definition.overload].join(':');
    if (seen.has(key)) yield new ModelError(`function "${definition.name}"`, 'one definition', 'another');
    seen.add(key);
    yield* checkFunction(definition);
  }
}

const checkFunction = ({ body, opsetImports, attributes, attributeDefaults }: FunctionDefinition) =>
  checkGraph(
    body,
    new Scope({
      opsets: opsetImports,
      parameters: new Set([...attributes, ...(attributeDefaults?.keys() ?? [])]),
    }),
  );

interface Surroundings {
  readonly opsets: ReadonlyMap<string, number>;
  /** Names of the attributes of the function around; undefined outside of functions. */
  readonly parameters: ReadonlySet<string> | undefined;
}

/** What nodes may read and which names are taken, here and in the graphs around. */
class Scope {
  readonly surroundings: Surroundings;
  readonly #outer: Scope | undefined;
  readonly #values = new Set<Value>();
  readonly #names = new Set<string>();

  constructor(surroundings: Surroundings, outer?: Scope) {
    this.surroundings = surroundings;
    this.#outer = outer;
  }

  inner(): Scope {
    return new Scope(this.surroundings, this);
  }

  owns(value: Value): boolean {
    return this.#values.has(value);
  }

  sees(value: Value): boolean {
    return this.#values.has(value) || (this.#outer?.sees(value) ?? false);
  }

  takes(name: string): boolean {
    return this.#names.has(name) || (this.#outer?.takes(name) ?? false);
  }

  *define(where: string, value: Value): Generator<ModelError> {
    if (!value.name) yield new ModelError(where, 'values with names', 'an empty name');
    else if (this.takes(value.name))
      yield new ModelError(where, 'every name to be defined once', `"${value.name}" again`);
    this.#values.add(value);
    this.#names.add(value.name);
  }
}

function* checkGraph(graph: Graph, scope: Scope): Generator<ModelError> {
  const where = `graph "${graph.name}"`;
  for (const value of new Set([...graph.inputs, ...graph.initializers])) {
    yield* scope.define(where, value);
    if (value.producer)
      yield new ModelError(where, `"${value.name}" to be an input or a constant`, 'one that a node computes');
  }
  if (new Set(graph.inputs).size !== graph.inputs.length)
    yield new ModelError(where, 'inputs that differ', 'one twice');
  for (const value of graph.initializers) yield* checkInitializer(value);
  for (const node of graph.nodes) yield* checkNode(node, scope);
  for (const output of graph.outputs)
    if (!scope.owns(output))
      yield new ModelError(
        where,
        'outputs that are computed',
        `"${output.name}", which nothing here defines`,
      );
}

function* checkInitializer(value: Value): Generator<ModelError> {
  const where = `initializer "${value.name}"`;
  const { data, sparse, type } = value;
  if (!data && !sparse) yield new ModelError(where, 'elements', 'none');
  if ((!data && !sparse) || !type) return;
  const found = data
    ? { dtype: data.dtype, shape: data.dims }
    : { dtype: sparse!.values.dtype, shape: sparse!.dims };
  const fits =
    type.dtype === found.dtype &&
    (!type.shape ||
      (type.shape.length === found.shape.length &&
        type.shape.every((dim, i) => typeof dim !== 'number' || dim === found.shape[i])));
  if (!fits) yield new ModelError(where, printType(type), printType(found));
}

/** How a node is called in messages: by its name, or by what it computes. */
function describeNode(node: Node): string {
  const name = node.name || node.outputs.find(Boolean)?.name || '?';
  return `node "${name}" (${node.opType})`;
}

function* checkNode(node: Node, scope: Scope): Generator<ModelError> {
  const where = describeNode(node);
  if (!node.opType) yield new ModelError(where, 'an operator', 'none');
  if (!scope.surroundings.opsets.has(node.domain))
    yield new ModelError(where, `an opset import of "${node.domain || 'ai.onnx'}"`, 'none');
  for (const input of node.inputs)
    if (input && !scope.sees(input))
      yield new ModelError(where, `"${input.name}" to be defined before it`, 'a later definition, or none');
  for (const [name, attribute] of node.attributes) yield* checkAttribute(where, node, name, attribute, scope);
  for (const output of node.outputs)
    if (output) {
      if (output.producer !== node)
        yield new ModelError(where, `to compute "${output.name}"`, 'another node that does');
      yield* scope.define(where, output);
    }
}

function* checkAttribute(
  where: string,
  node: Node,
  name: string,
  attribute: Attribute,
  scope: Scope,
): Generator<ModelError> {
  const kind = attribute.kind === 'ref' ? attribute.of : attribute.kind;
  const expected = node.domain === '' ? attributeKindOf(name) : undefined;
  if (expected && kind !== expected)
    yield new ModelError(where, `attribute ${name} of kind ${expected}`, `kind ${kind}`);
  const { parameters } = scope.surroundings;
  if (attribute.kind === 'ref' && !parameters?.has(attribute.name))
    yield new ModelError(
      where,
      parameters
        ? `attribute ${name} to name a parameter of its function`
        : 'no references outside of functions',
      `"${attribute.name}"`,
    );
  if (attribute.kind === 'graph') yield* checkGraph(attribute.value, scope.inner());
  if (attribute.kind === 'graphs')
    for (const graph of attribute.value) yield* checkGraph(graph, scope.inner());
}

/** The main graph has to say what goes in and out. */
function* checkSignature({ inputs, outputs }: Graph): Generator<ModelError> {
  const sides = [
    ['input', inputs],
    ['output', outputs],
  ] as const;
  for (const [side, values] of sides)
    for (const value of values)
      if (!value.type && !value.opaqueType)
        yield new ModelError(`${side} "${value.name}"`, 'a type', 'none', 'run inferShapes');
}
