import { fromNumbers, toNumbers, type Value } from '@trainyard/onnx-ir';
import { byteLengthOf, type TensorType } from './element-type.ts';
import type { CNames } from './names.ts';
import type { Tensor } from './program.ts';

/** The constants of a program: what has the same type and bytes is there once. */
export class ConstantPool {
  readonly tensors: Tensor[] = [];
  readonly #names: CNames;
  readonly #byContent = new Map<string, Tensor[]>();

  constructor(names: CNames) {
    this.#names = names;
  }

  add(name: string, type: TensorType, bytes: Uint8Array): Tensor {
    const key = `${type.dtype}:${bytes.length}:${hash(bytes)}`;
    const alike = this.#byContent.get(key) ?? [];
    const known = alike.find((tensor) => sameBytes(tensor.bytes!, bytes));
    if (known) return { ...known, shape: type.shape };
    const tensor: Tensor = {
      ...type,
      name,
      cName: this.#names.unique(name),
      place: 'constant',
      byteLength: byteLengthOf(type),
      bytes,
    };
    this.#byContent.set(key, [...alike, tensor]);
    this.tensors.push(tensor);
    return tensor;
  }

  /** The elements of a constant of the model, those of float16 as float32 unless `keepHalf`. */
  addValue({ name, data }: Value, keepHalf: boolean): Tensor {
    const { dtype, dims, bytes } = data!;
    if (dtype === 'float16' && !keepHalf)
      return this.add(
        name,
        { dtype: 'float32', shape: dims },
        fromNumbers('float32', dims, toNumbers(data!)).bytes,
      );
    return this.add(name, { dtype: dtype as TensorType['dtype'], shape: dims }, bytes);
  }
}

/** FNV-1a, 32 bits. */
function hash(bytes: Uint8Array): number {
  let code = 0x811c9dc5;
  for (const byte of bytes) code = Math.imul(code ^ byte, 0x01000193);
  return code >>> 0;
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
