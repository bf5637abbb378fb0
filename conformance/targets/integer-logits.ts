import { tensorOf } from '@trainyard/autograd';
import { readModel } from '@trainyard/onnx-ir';
import { integerReference } from '@trainyard/runtime-embedded';
import type { Subject } from '../subject.ts';

/** Every target of C asks for the same. */
const known = new WeakMap<Subject, Float32Array | undefined>();

/**
 * The logits of an int8 model in the integer arithmetic of the C code, computed in TypeScript; undefined where a part
 * of the model stays float, whose last bit depends on a library.
 */
export function integerLogits(subject: Subject): Float32Array | undefined {
  const isInteger = subject.arithmetic === 'int8' || subject.arithmetic === 'int8-dynamic';
  if (!known.has(subject)) known.set(subject, isInteger ? compute(subject) : undefined);
  return known.get(subject);
}

function compute({ model, pixels, pictures, classes }: Subject): Float32Array | undefined {
  const { lowered, run } = integerReference(readModel(model));
  const { nodes, inputs, outputs } = lowered.graph;
  const isInteger = nodes.every(
    ({ domain, outputs: [output] }) => domain !== '' || output?.type?.dtype === 'int8',
  );
  if (!isInteger) return undefined;
  const [from, to] = [inputs[0]!, outputs[0]!];
  const shape = from.type!.shape as readonly number[];
  const size = pixels.length / pictures;
  const logits = new Float32Array(pictures * classes);
  for (let i = 0; i < pictures; i++) {
    const picture = tensorOf('uint8', shape, pixels.slice(i * size, (i + 1) * size));
    logits.set(run({ [from.name]: picture }).get(to.name)!.data as Float32Array, i * classes);
  }
  return logits;
}
