import type { AttributeRules, AttributesOf } from '../attributes.ts';
import { gradients as gradientsOf } from '../backward.ts';
import type { Pullback, VjpCall } from '../op.ts';
import { Tape, withTape } from '../tape.ts';
import type { Tensor } from '../tensor.ts';
import { add, mul } from './arithmetic.ts';
import { sum } from './reduce.ts';
import { reshape } from './reshape.ts';

type Composite<R extends AttributeRules> = (
  inputs: readonly Tensor[],
  attributes: AttributesOf<R>,
) => readonly Tensor[];

/**
 * The gradient of a fused operator that is also written in operators: differentiates ⟨cotangents, composite⟩.
 * Used where the closed formula is long and speed does not matter.
 */
export const vjpOf =
  <R extends AttributeRules>(composite: Composite<R>) =>
  ({ inputs, attributes, cotangents }: VjpCall<R>): Pullback[] => {
    let gradients: readonly Tensor[] | undefined;
    const all = (): readonly Tensor[] => {
      // A tensor that comes in twice has a gradient at each place.
      const sources = inputs.map((x, i) => (x && inputs.indexOf(x) < i ? reshape(x, x.sizes) : x));
      const tape = new Tape();
      for (const x of sources) if (x) tape.watch(x);
      const objective = withTape(tape, () =>
        composite(sources, attributes)
          .map((y, i) => sum(mul(y, cotangents[i])))
          .reduce((a, b) => add(a, b)),
      );
      const present = sources.filter((x) => x);
      const found = gradientsOf(tape, objective, present);
      return sources.map((x) => found[present.indexOf(x)]);
    };
    return inputs.map((_, i) => () => {
      gradients ??= all();
      return gradients[i];
    });
  };
