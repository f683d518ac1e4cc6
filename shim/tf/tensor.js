import { FittingRoomError, checkChoice, checkInteger, show } from '../check.js';
import { allocated, closedShape, elementsOf } from '../tensor.js';

/** @typedef {'float32' | 'int32' | 'bool'} DataType */
/** @typedef {Float32Array | Int32Array | Uint8Array} Values */
/**
 * @typedef {number | boolean | any[] | ArrayLike<number>} Nested a number, or nested arrays of numbers of a regular
 *   shape
 */

/**
 * @type {Record<DataType, { new (length: number): Values, BYTES_PER_ELEMENT: number, from(values: ArrayLike<number>):
 *   Values }>}
 */
const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

/** @param {string} what @param {DataType} dtype */
const arrayOf = (what, dtype) =>
  ARRAYS[checkChoice(`${what}: dtype`, dtype, /** @type {DataType[]} */ (Object.keys(ARRAYS)))];

/** @param {string} what @param {ArrayLike<number>} values @param {DataType} dtype @returns {Values} */
const valuesAs = (what, values, dtype) =>
  arrayOf(what, dtype).from(dtype === 'bool' ? Array.from(values, (value) => Number(Boolean(value))) : values);

/** The type that can hold numbers of both. @param {DataType} one @param {DataType} other @returns {DataType} */
const wider = (one, other) =>
  /** @type {DataType} */ (Object.keys(ARRAYS).find((each) => each === one || each === other));

/** The part of TF.js's tensors that is used around a model. Disposing of tensors is not necessary. */
export class Tensor {
  #values;

  /** @param {Values} values @param {number[]} shape @param {DataType} dtype */
  constructor(values, shape, dtype) {
    if (!ArrayBuffer.isView(values) || !Array.isArray(shape) || !Object.hasOwn(ARRAYS, dtype)) {
      throw new FittingRoomError('Tensor: tensors must be made by tf.tensor, tf.zeros and the like, not by new');
    }
    this.#values = values;
    this.shape = shape;
    this.dtype = dtype;
  }

  get rank() {
    return this.shape.length;
  }

  get size() {
    return this.#values.length;
  }

  /** A copy of the values, row-major. */
  dataSync() {
    return this.#values.slice();
  }

  async data() {
    return this.dataSync();
  }

  /** @returns {any} a number, or nested arrays of numbers */
  arraySync() {
    return nested([...this.#values], this.shape);
  }

  async array() {
    return this.arraySync();
  }

  /** @param {number[]} shape one length may be -1 and is then derived from the others */
  reshape(shape) {
    const closed = closedShape(shape, this.size);
    if (closed.some((length) => !Number.isInteger(length)) || elementsOf(closed) !== this.size) {
      throw new FittingRoomError(`reshape: ${this.size} numbers do not fill the shape ${show(shape)}`);
    }
    return new Tensor(this.#values, closed, this.dtype);
  }

  flatten() {
    return this.reshape([this.size]);
  }

  /** @param {number} [axis] where to insert an axis of length 1; default 0 */
  expandDims(axis = 0) {
    return this.reshape(this.shape.toSpliced(axis < 0 ? this.rank + 1 + axis : axis, 0, 1));
  }

  /** @param {number[]} [axes] axes of length 1 to remove; default: all of them */
  squeeze(axes) {
    const gone =
      axes?.map((axis) => this.#axis(axis)) ?? this.shape.flatMap((length, axis) => (length === 1 ? [axis] : []));
    const long = gone.find((axis) => this.shape[axis] !== 1);
    if (long !== undefined)
      throw new FittingRoomError(`squeeze: axis ${long} must have length 1, got ${this.shape[long]}`);
    return this.reshape(this.shape.filter((_, axis) => !gone.includes(axis)));
  }

  /** @param {number} axis @returns {number} */
  #axis(axis) {
    return checkInteger('axis', axis < 0 ? axis + this.rank : axis, 0, this.rank - 1);
  }

  /**
   * The index of the largest value along the axis; the first if several are equal.
   * @param {number} [axis] default 0; -1: the last
   */
  argMax(axis = 0) {
    const at = this.#axis(axis);
    const length = this.shape[at];
    const inner = elementsOf(this.shape.slice(at + 1));
    const shape = this.shape.toSpliced(at, 1);
    const result = Int32Array.from({ length: elementsOf(shape) }, (_, i) => {
      const first = Math.floor(i / inner) * length * inner + (i % inner);
      let best = 0;
      for (let j = 1; j < length; j++)
        if (this.#values[first + j * inner] > this.#values[first + best * inner]) best = j;
      return best;
    });
    return new Tensor(result, shape, 'int32');
  }

  /**
   * A part along the first axes.
   * @param {number | number[]} begin
   * @param {number | number[]} [size] default -1: to the end
   * @returns {Tensor}
   */
  slice(begin, size = -1) {
    const [starts, sizes] = [[begin].flat(), [size].flat()];
    const shape = this.shape.map((length, axis) => {
      const start = checkInteger('slice: begin', starts[axis] ?? 0, 0, length);
      const wanted = sizes[axis] ?? -1;
      return checkInteger('slice: size', wanted === -1 ? length - start : wanted, 0, length - start);
    });
    const values = new ARRAYS[this.dtype](elementsOf(shape));
    for (let i = 0; i < values.length; i++) {
      let [rest, from, stride] = [i, 0, 1];
      for (let axis = this.rank - 1; axis >= 0; axis--) {
        from += ((rest % shape[axis]) + (starts[axis] ?? 0)) * stride;
        rest = Math.floor(rest / shape[axis]);
        stride *= this.shape[axis];
      }
      values[i] = this.#values[from];
    }
    return new Tensor(values, shape, this.dtype);
  }

  /**
   * @param {number | Tensor} other a number, or a tensor of one number or of the same shape
   * @param {(a: number, b: number) => number} combine
   * @param {DataType} [dtype] default: the wider of both types
   */
  #with(other, combine, dtype) {
    const second = other instanceof Tensor ? other : scalar(other);
    const made = dtype ?? wider(this.dtype, second.dtype);
    if (second.size !== 1 && String(second.shape) !== String(this.shape)) {
      throw new FittingRoomError(`tensors of shapes ${show(this.shape)} and ${show(second.shape)} cannot be combined`);
    }
    const values = second.dataSync();
    const result = Array.from(this.#values, (value, i) => combine(value, values[values.length === 1 ? 0 : i]));
    return new Tensor(valuesAs('tensor', result, made), this.shape, made);
  }

  /** @param {number | Tensor} other */
  add(other) {
    return this.#with(other, (a, b) => a + b);
  }

  /** @param {number | Tensor} other */
  sub(other) {
    return this.#with(other, (a, b) => a - b);
  }

  /** @param {number | Tensor} other */
  mul(other) {
    return this.#with(other, (a, b) => a * b);
  }

  /** The quotient; of two integer tensors, rounded down. @param {number | Tensor} other */
  div(other) {
    const areWhole = this.dtype === 'int32' && other instanceof Tensor && other.dtype === 'int32';
    if (areWhole) return this.#with(other, (a, b) => Math.floor(a / b));
    return this.#with(other, (a, b) => a / b, 'float32');
  }

  /** @param {number | Tensor} other */
  equal(other) {
    return this.#with(other, (a, b) => Number(a === b), 'bool');
  }

  /**
   * @param {number | number[] | undefined} along
   * @param {boolean} keepDims
   * @returns {{ totals: number[], shape: number[] }}
   */
  #totals(along = this.shape.map((_, axis) => axis), keepDims) {
    const axes = [along].flat().map((axis) => this.#axis(axis));
    const lengths = this.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
    const totals = Array(elementsOf(lengths)).fill(0);
    this.#values.forEach((value, i) => {
      let [rest, at, stride] = [i, 0, 1];
      for (let axis = this.rank - 1; axis >= 0; axis--) {
        at += axes.includes(axis) ? 0 : (rest % this.shape[axis]) * stride;
        rest = Math.floor(rest / this.shape[axis]);
        stride *= lengths[axis];
      }
      totals[at] += value;
    });
    return { totals, shape: keepDims ? lengths : lengths.filter((_, axis) => !axes.includes(axis)) };
  }

  /** @param {number | number[]} [axis] default: all @param {boolean} [keepDims] */
  sum(axis, keepDims = false) {
    const { totals, shape } = this.#totals(axis, keepDims);
    return tensor(totals, shape, this.dtype === 'bool' ? 'int32' : this.dtype);
  }

  /** @param {number | number[]} [axis] default: all @param {boolean} [keepDims] */
  mean(axis, keepDims = false) {
    const { totals, shape } = this.#totals(axis, keepDims);
    const share = this.size / totals.length;
    return tensor(
      totals.map((each) => each / share),
      shape,
      'float32',
    );
  }

  /** @param {DataType} dtype */
  cast(dtype) {
    return new Tensor(valuesAs('cast', this.#values, dtype), this.shape, dtype);
  }

  toFloat() {
    return this.cast('float32');
  }

  toInt() {
    return this.cast('int32');
  }

  clone() {
    return new Tensor(this.#values.slice(), this.shape, this.dtype);
  }

  toString() {
    /** @param {any} value @returns {any} */
    const shorten = (value) => (Array.isArray(value) ? value.map(shorten) : Number(value.toFixed(7)));
    const text = JSON.stringify(shorten(this.arraySync())).replaceAll(',', ', ').replaceAll('], [', '],\n     [');
    return `Tensor\n    ${text}`;
  }

  print() {
    console.log(this.toString());
  }

  /** Has no effect: there is nothing to free. */
  dispose() {}
}

/** @param {number[]} values @param {number[]} shape @returns {any} */
function nested(values, shape) {
  if (shape.length === 0) return values[0];
  if (shape.length === 1) return values;
  const size = values.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) => nested(values.slice(i * size, (i + 1) * size), shape.slice(1)));
}

/** @param {any} values @returns {number[]} */
const shapeOf = (values) =>
  Array.isArray(values) || ArrayBuffer.isView(values)
    ? [/** @type {any} */ (values).length, ...shapeOf(/** @type {any} */ (values)[0])]
    : [];

/** @param {any} values @returns {any} the values of nested arrays, in one array */
function flat(values) {
  if (ArrayBuffer.isView(values)) return values;
  return Array.isArray(values)
    ? values.flatMap((value) =>
        Array.isArray(value) ? flat(value) : ArrayBuffer.isView(value) ? [.../** @type {any} */ (value)] : value,
      )
    : [values];
}

/** @param {any} values @returns {any} the same as flat; throws unless all are numbers or booleans */
function numbersOf(values) {
  const all = flat(values);
  if (ArrayBuffer.isView(all)) return all;
  const stranger = all.findIndex(
    (/** @type {unknown} */ value) => typeof value !== 'number' && typeof value !== 'boolean',
  );
  if (stranger >= 0)
    throw new FittingRoomError(`tensor: value ${stranger} must be a number or a boolean, got ${show(all[stranger])}`);
  return all;
}

/** @param {any} values @returns {DataType} */
function typeOf(values) {
  if (values instanceof Int32Array || values instanceof Uint8Array || values instanceof Uint8ClampedArray)
    return 'int32';
  return typeof flat(values)[0] === 'boolean' ? 'bool' : 'float32';
}

/**
 * @param {Nested} values
 * @param {number[]} [shape] default: the shape of the nested arrays
 * @param {DataType} [dtype]
 */
export function tensor(values, shape = shapeOf(values), dtype = typeOf(values)) {
  const data = valuesAs('tensor', numbersOf(values), dtype);
  if (elementsOf(shape) !== data.length) {
    throw new FittingRoomError(
      `tensor: shape ${show(shape)} needs ${elementsOf(shape)} elements, the data has ${data.length}`,
    );
  }
  return new Tensor(data, [...shape], dtype);
}

/** @param {number | boolean} value @param {DataType} [dtype] */
export const scalar = (value, dtype) => tensor(value, [], dtype);

/** @param {Nested} values @param {DataType} [dtype] */
export const tensor1d = (values, dtype) => ofRank(1)(values, undefined, dtype);

/** @param {number} rank @returns {(values: Nested, shape?: number[], dtype?: DataType) => Tensor} */
function ofRank(rank) {
  return (values, shape = shapeOf(values), dtype = undefined) => {
    if (shape.length !== rank)
      throw new FittingRoomError(`tensor${rank}d: the shape must have ${rank} lengths, got ${show(shape)}`);
    return tensor(values, shape, dtype);
  };
}

export const tensor2d = ofRank(2);
export const tensor3d = ofRank(3);
export const tensor4d = ofRank(4);

/** @param {number[]} shape @param {number} value @param {DataType} [dtype] */
export function fill(shape, value, dtype = 'float32') {
  if (!Array.isArray(shape))
    throw new FittingRoomError(`fill: the shape must be an array of lengths, got ${show(shape)}`);
  const lengths = shape.map((length, axis) => checkInteger(`fill: length ${axis}`, length, 0, Number.MAX_SAFE_INTEGER));
  return new Tensor(allocated(arrayOf('fill', dtype), elementsOf(lengths)).fill(value), lengths, dtype);
}

/** @param {number[]} shape @param {DataType} [dtype] */
export const zeros = (shape, dtype) => fill(shape, 0, dtype);

/** @param {number[]} shape @param {DataType} [dtype] */
export const ones = (shape, dtype) => fill(shape, 1, dtype);

/**
 * A row of `depth` numbers for each index.
 * @param {Tensor | number[] | Int32Array | Uint8Array} indices
 * @param {number} depth
 * @param {number} [on] default 1
 * @param {number} [off] default 0
 */
export function oneHot(indices, depth, on = 1, off = 0) {
  const at = indices instanceof Tensor ? indices : tensor(indices);
  const values = allocated(Int32Array, at.size * checkInteger('oneHot: depth', depth, 1, 2 ** 26)).fill(off);
  at.dataSync().forEach((index, i) => {
    if (!Number.isInteger(index))
      throw new FittingRoomError(`oneHot: index ${i} must be a whole number, got ${index}`, 'bad-data');
    if (index >= 0 && index < depth) values[i * depth + index] = on;
  });
  return new Tensor(values, [...at.shape, depth], 'int32');
}
