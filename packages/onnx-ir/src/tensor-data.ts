import { bytesPerElement, type DataType } from './data-type.ts';
import { ModelError } from './errors.ts';

/** The typed array of each type that has one. */
export const views = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
} as const;

interface Views {
  float32: Float32Array;
  float64: Float64Array;
  int8: Int8Array;
  uint8: Uint8Array;
  int16: Int16Array;
  uint16: Uint16Array;
  int32: Int32Array;
  uint32: Uint32Array;
  int64: BigInt64Array;
  uint64: BigUint64Array;
  bool: Uint8Array;
  float16: Uint16Array;
  bfloat16: Uint16Array;
}

/** Element types whose elements a JavaScript typed array shows; 16-bit floats show their bits. */
export type ViewableType = keyof Views;
export type ViewOf<T extends ViewableType> = Views[T];
export type AnyView = ViewOf<ViewableType>;

/** A constant tensor: its type, its dimensions, and its elements as little-endian bytes (or strings). */
export class TensorData {
  readonly dtype: DataType;
  readonly dims: readonly number[];
  readonly strings: readonly Uint8Array[] | undefined;
  readonly #bytes: () => Uint8Array;
  #loaded: Uint8Array | undefined;

  /**
   * @param bytes the elements, row-major and little-endian, or a function that reads them when they are first needed
   * @throws when the number of bytes does not fit `dims`
   */
  constructor(
    dtype: DataType,
    dims: readonly number[],
    bytes: Uint8Array | (() => Uint8Array),
    strings?: readonly Uint8Array[],
  ) {
    this.dtype = dtype;
    this.dims = dims;
    this.strings = strings;
    this.#bytes = typeof bytes === 'function' ? bytes : () => bytes;
    if (typeof bytes !== 'function') this.#checkLength(bytes);
  }

  static from(dtype: ViewableType, dims: readonly number[], view: AnyView): TensorData {
    return new TensorData(dtype, dims, new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  }

  /** @throws ModelError when the number of strings does not fit `dims` */
  static ofStrings(dims: readonly number[], strings: readonly Uint8Array[]): TensorData {
    const data = new TensorData('string', dims, new Uint8Array(0), strings);
    if (strings.length !== data.size)
      throw new ModelError('tensor', `${data.size} strings for [${dims.join(', ')}]`, `${strings.length}`);
    return data;
  }

  get size(): number {
    return this.dims.reduce((a, b) => a * b, 1);
  }

  get byteLength(): number {
    return Math.ceil(this.size * bytesPerElement(this.dtype));
  }

  get bytes(): Uint8Array {
    if (!this.#loaded) {
      this.#loaded = this.#bytes();
      this.#checkLength(this.#loaded);
    }
    return this.#loaded;
  }

  /**
   * The elements as a typed array of `dtype`, without a copy where the alignment allows.
   * @throws when the tensor is of another type
   */
  view<T extends ViewableType>(dtype: T): ViewOf<T> {
    if (dtype !== this.dtype) throw new ModelError('TensorData.view', this.dtype, dtype);
    const View = views[dtype];
    const { bytes } = this;
    const aligned = bytes.byteOffset % View.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
    return new View(aligned.buffer as ArrayBuffer, aligned.byteOffset, this.size) as ViewOf<T>;
  }

  #checkLength(bytes: Uint8Array): void {
    if (this.dtype !== 'string' && bytes.byteLength !== this.byteLength)
      throw new ModelError(
        'tensor',
        `${this.byteLength} bytes for ${this.dtype}[${this.dims.join(', ')}]`,
        `${bytes.byteLength}`,
      );
  }
}

export const isViewable = (dtype: DataType): dtype is ViewableType => dtype in views;
