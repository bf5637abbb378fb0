import { ModelError } from '../errors.ts';
import { Value } from '../graph.ts';

/** The names of a graph that is being read, inside those of the graphs around it. */
export class Scope {
  readonly where: string;
  readonly #outer: Scope | undefined;
  readonly #values = new Map<string, Value>();

  constructor(where: string, outer?: Scope) {
    this.where = where;
    this.#outer = outer;
  }

  /** @throws ModelError when the name is taken or empty */
  define(name: string): Value {
    if (!name) throw new ModelError(this.where, 'values with names', 'an empty name');
    if (this.#values.has(name))
      throw new ModelError(this.where, 'every name to be defined once', `"${name}" twice`);
    const value = new Value(name);
    this.#values.set(name, value);
    return value;
  }

  findOwn(name: string): Value | undefined {
    return this.#values.get(name);
  }

  find(name: string): Value | undefined {
    return this.#values.get(name) ?? this.#outer?.find(name);
  }
}
