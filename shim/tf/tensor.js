import { FittingRoomError, checkChoice, checkInteger, show } from '../check.js';
import { allocated, closedShape, elementsOf } from '../tensor.js';
import { COMBINING, COMPARING, KEEPING, REDUCING, TO_FLOATS, TO_TRUTHS } from './elementwise.js';
import { commonShape, placesOf, repeatingStrides, stridesOf } from './indices.js';

/** @import { Chained } from './chained.js' */

/** @typedef {'float32' | 'int32' | 'bool'} DataType */
/** @typedef {Float32Array | Int32Array | Uint8Array} Values */
/**
 * A number, or nested arrays of numbers of a regular shape.
 * @typedef {number | boolean | readonly unknown[] | ArrayLike<number>} Nested
 */

/**
 * @type {Record<DataType, { new (length: number): Values, BYTES_PER_ELEMENT: number, from(values: ArrayLike<number>):
 *   Values }>}
 */
const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

/** @param {string} what @param {DataType} dtype */
export const arrayOf = (what, dtype) =>
  ARRAYS[checkChoice(`${what}: dtype`, dtype, /** @type {DataType[]} */ (Object.keys(ARRAYS)))];

/** @param {string} what @param {ArrayLike<number>} values @param {DataType} dtype @returns {Values} */
const valuesAs = (what, values, dtype) =>
  arrayOf(what, dtype).from(dtype === 'bool' ? Array.from(values, (value) => Number(Boolean(value))) : values);

/** The type that can hold numbers of both. @param {DataType} one @param {DataType} other @returns {DataType} */
const wider = (one, other) =>
  /** @type {DataType} */ (Object.keys(ARRAYS).find((each) => each === one || each === other));

/** @typedef {Tensor | Nested} Operand */
/**
 * The methods that compute number by number; those of two tensors repeat the smaller one along axes that it lacks or
 * whose length is 1.
 * @typedef {{ [Name in keyof typeof KEEPING | keyof typeof TO_FLOATS | keyof typeof TO_TRUTHS]: () => Tensor } & {
 *   [Name
 *   in keyof typeof COMBINING | keyof typeof COMPARING]: (other: Operand) => Tensor } & { [Name in keyof typeof
 *   REDUCING]: (axis?: number | number[], keepDims?: boolean) => Tensor }} Computing
 */

/** Has the methods of the tables in elementwise.js and chained.js. */
const Computed = /** @type {new () => Computing & Chained} */ (class {});

/** The part of TF.js's tensors that is used around a model. Disposing of tensors is not necessary. */
export class Tensor extends Computed {
  #values;

  /** @param {Values} values @param {number[]} shape @param {DataType} dtype */
  constructor(values, shape, dtype) {
    super();
    if (!ArrayBuffer.isView(values) || !Array.isArray(shape) || !Object.hasOwn(ARRAYS, dtype)) {
      throw new FittingRoomError('Tensor: tensors must be made by tf.tensor, tf.zeros and the like, not by new');
    }
    this.#values = values;
    this.shape = shape;
    this.dtype = dtype;
    this.isDisposed = false;
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

  /** @template [Values=Nested] @returns {Values} a number, or nested arrays of numbers */
  arraySync() {
    return nested([...this.#values], this.shape);
  }

  /** @template [Values=Nested] @returns {Promise<Values>} the same */
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

  /** @param {Tensor} other whose shape to take */
  reshapeAs(other) {
    return this.reshape(other.shape);
  }

  flatten() {
    return this.reshape([this.size]);
  }

  as1D() {
    return this.flatten();
  }

  /** @param {number} rows @param {number} columns */
  as2D(rows, columns) {
    return this.reshape([rows, columns]);
  }

  /** @param {number} rows @param {number} columns @param {number} depth */
  as3D(rows, columns, depth) {
    return this.reshape([rows, columns, depth]);
  }

  /** @param {number} rows @param {number} columns @param {number} depth @param {number} depth2 */
  as4D(rows, columns, depth, depth2) {
    return this.reshape([rows, columns, depth, depth2]);
  }

  asScalar() {
    return this.reshape([]);
  }

  /** @param {number} [axis] where to insert an axis of length 1; default 0 */
  expandDims(axis = 0) {
    return this.reshape(this.shape.toSpliced(axis < 0 ? this.rank + 1 + axis : axis, 0, 1));
  }

  /** @param {number[]} [axes] axes of length 1 to remove; default: all of them */
  squeeze(axes) {
    const gone =
      axes?.map((axis) => this.axisOf(axis)) ?? this.shape.flatMap((length, axis) => (length === 1 ? [axis] : []));
    const long = gone.find((axis) => this.shape[axis] !== 1);
    if (long !== undefined)
      throw new FittingRoomError(`squeeze: axis ${long} must have length 1, got ${this.shape[long]}`);
    return this.reshape(this.shape.filter((_, axis) => !gone.includes(axis)));
  }

  /** The number of an axis; negative ones count from the end. @param {number} axis @returns {number} */
  axisOf(axis) {
    return checkInteger('axis', axis < 0 ? axis + this.rank : axis, 0, this.rank - 1);
  }

  /**
   * A tensor of the numbers at these places.
   * @param {number[]} shape
   * @param {Int32Array} places one for each of its elements
   */
  pick(shape, places) {
    const values = allocated(ARRAYS[this.dtype], places.length);
    for (let i = 0; i < places.length; i++) values[i] = this.#values[places[i]];
    return new Tensor(values, shape, this.dtype);
  }

  /** @param {number[]} [perm] the axes in their new order; default: the reverse */
  transpose(perm = this.shape.map((_, axis) => this.rank - 1 - axis)) {
    const order = perm.map((axis) => this.axisOf(axis));
    if (order.length !== this.rank || new Set(order).size !== this.rank)
      throw new FittingRoomError(`transpose: perm must name each of ${this.rank} axes once, got ${show(perm)}`);
    const strides = stridesOf(this.shape);
    const shape = order.map((axis) => this.shape[axis]);
    return this.pick(
      shape,
      placesOf(
        shape,
        order.map((axis) => strides[axis]),
      ),
    );
  }

  /** @param {number | number[]} [axis] the axes to turn round; default: all */
  reverse(axis = this.shape.map((_, each) => each)) {
    const turned = [axis].flat().map((each) => this.axisOf(each));
    const strides = stridesOf(this.shape);
    const start = turned.reduce((sum, each) => sum + (this.shape[each] - 1) * strides[each], 0);
    return this.pick(
      this.shape,
      placesOf(
        this.shape,
        strides.map((stride, each) => (turned.includes(each) ? -stride : stride)),
        start,
      ),
    );
  }

  /**
   * @param {boolean} greatest @param {number} axis
   * @returns {Tensor} the index of the largest or smallest value along the axis; the first if several are equal
   */
  #extreme(greatest, axis) {
    const at = this.axisOf(axis);
    const length = this.shape[at];
    const inner = elementsOf(this.shape.slice(at + 1));
    const shape = this.shape.toSpliced(at, 1);
    const sign = greatest ? 1 : -1;
    const result = Int32Array.from({ length: elementsOf(shape) }, (_, i) => {
      const first = Math.floor(i / inner) * length * inner + (i % inner);
      let best = 0;
      for (let j = 1; j < length; j++)
        if (sign * this.#values[first + j * inner] > sign * this.#values[first + best * inner]) best = j;
      return best;
    });
    return new Tensor(result, shape, 'int32');
  }

  /** The index of the largest value along an axis. @param {number} [axis] default 0; -1: the last */
  argMax(axis = 0) {
    return this.#extreme(true, axis);
  }

  /** The index of the smallest value along an axis. @param {number} [axis] default 0; -1: the last */
  argMin(axis = 0) {
    return this.#extreme(false, axis);
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
    const strides = stridesOf(this.shape);
    const start = strides.reduce((sum, stride, axis) => sum + (starts[axis] ?? 0) * stride, 0);
    return this.pick(shape, placesOf(shape, strides, start));
  }

  /**
   * The parts at these indices of an axis.
   * @param {Tensor | number[]} indices
   * @param {number} [axis] default 0
   */
  gather(indices, axis = 0) {
    const along = this.axisOf(axis);
    const chosen = indices instanceof Tensor ? indices : tensor(indices, undefined, 'int32');
    const inner = elementsOf(this.shape.slice(along + 1));
    const length = this.shape[along];
    const at = Array.from(chosen.dataSync(), (index) => checkInteger('gather: index', index, 0, length - 1));
    const outer = elementsOf(this.shape.slice(0, along));
    const places = Int32Array.from({ length: outer * at.length * inner }, (_, i) => {
      const row = Math.floor(i / inner);
      return (Math.floor(row / at.length) * length + at[row % at.length]) * inner + (i % inner);
    });
    return this.pick([...this.shape.slice(0, along), ...chosen.shape, ...this.shape.slice(along + 1)], places);
  }

  /**
   * Repeats the tensor.
   * @param {number[]} reps how often along each axis
   */
  tile(reps) {
    if (!Array.isArray(reps) || reps.length !== this.rank)
      throw new FittingRoomError(`tile: reps must be an array of ${this.rank} numbers, got ${show(reps)}`);
    const strides = stridesOf(this.shape);
    return this.pick(
      this.shape.map((length, axis) => length * reps[axis]),
      placesOf(
        this.shape.flatMap((length, axis) => [reps[axis], length]),
        strides.flatMap((stride) => [0, stride]),
      ),
    );
  }

  /**
   * Adds values around the tensor.
   * @param {[number, number][]} paddings for each axis, how many before and after
   * @param {number} [value] default 0
   */
  pad(paddings, value = 0) {
    if (!Array.isArray(paddings) || paddings.length !== this.rank)
      throw new FittingRoomError(`pad: paddings must hold a pair for each of ${this.rank} axes, got ${show(paddings)}`);
    const shape = this.shape.map((length, axis) => length + paddings[axis][0] + paddings[axis][1]);
    const strides = stridesOf(shape);
    const start = strides.reduce((sum, stride, axis) => sum + paddings[axis][0] * stride, 0);
    const values = allocated(ARRAYS[this.dtype], elementsOf(shape)).fill(value);
    placesOf(this.shape, strides, start).forEach((place, i) => (values[place] = this.#values[i]));
    return new Tensor(values, shape, this.dtype);
  }

  /** @param {Tensor | Tensor[]} others @param {number} [axis] default 0 */
  concat(others, axis = 0) {
    return concat([this, others].flat(), axis);
  }

  /** Cuts into slices along an axis, which goes away. @param {number} [axis] default 0 @returns {Tensor[]} */
  unstack(axis = 0) {
    const along = this.axisOf(axis);
    return Array.from({ length: this.shape[along] }, (_, i) => this.gather([i], along).squeeze([along]));
  }

  /**
   * Cuts into pieces along an axis.
   * @param {number | number[]} parts how many of equal size, or the size of each
   * @param {number} [axis] default 0
   * @returns {Tensor[]}
   */
  split(parts, axis = 0) {
    const along = this.axisOf(axis);
    const length = this.shape[along];
    const sizes = Array.isArray(parts) ? parts : Array(parts).fill(length / parts);
    if (!sizes.every(Number.isInteger) || sizes.reduce((sum, size) => sum + size, 0) !== length)
      throw new FittingRoomError(`split: axis ${along} has length ${length}, which ${show(parts)} does not divide`);
    let start = 0;
    return sizes.map((size) => {
      const begin = this.shape.map((_, each) => (each === along ? start : 0));
      start += size;
      return this.slice(
        begin,
        this.shape.map((all, each) => (each === along ? size : all)),
      );
    });
  }

  /**
   * @param {(value: number) => number} compute
   * @param {DataType} dtype
   */
  map(compute, dtype) {
    const values = allocated(ARRAYS[dtype], this.size);
    for (let i = 0; i < values.length; i++) values[i] = compute(this.#values[i]);
    return new Tensor(values, this.shape, dtype);
  }

  /**
   * @param {Operand} other
   * @param {(a: number, b: number) => number} combine
   * @param {DataType} [dtype] default: the wider of both types
   */
  combine(other, combine, dtype) {
    const second = tensorOf(other);
    const made = dtype ?? wider(this.dtype, second.dtype);
    const shape = commonShape(this.shape, second.shape);
    if (!shape) {
      throw new FittingRoomError(`tensors of shapes ${show(this.shape)} and ${show(second.shape)} cannot be combined`);
    }
    const values = allocated(ARRAYS[made], elementsOf(shape));
    const [mine, theirs] = [this, second].map((each) =>
      String(each.shape) === String(shape) ? undefined : placesOf(shape, repeatingStrides(each.shape, shape)),
    );
    for (let i = 0; i < values.length; i++)
      values[i] = combine(this.#values[mine ? mine[i] : i], second.#values[theirs ? theirs[i] : i]);
    return new Tensor(values, shape, made);
  }

  /** The quotient; of two integer tensors, rounded down. @param {Operand} other */
  div(other) {
    const areWhole = this.dtype === 'int32' && other instanceof Tensor && other.dtype === 'int32';
    if (areWhole) return this.floorDiv(other);
    return this.combine(other, (a, b) => a / b, 'float32');
  }

  /** The quotient, rounded down. @param {Operand} other */
  floorDiv(other) {
    return this.combine(other, (a, b) => Math.floor(a / b), 'int32');
  }

  /** The quotient, or 0 where the divisor is 0. @param {Operand} other */
  divNoNan(other) {
    return this.combine(other, (a, b) => (b === 0 ? 0 : a / b), 'float32');
  }

  /** @param {number} min @param {number} max */
  clipByValue(min, max) {
    return this.map((value) => Math.min(Math.max(value, min), max), this.dtype);
  }

  /** @param {number} [alpha] the slope below zero; default 0.2 */
  leakyRelu(alpha = 0.2) {
    return this.map((value) => (value < 0 ? value * alpha : value), 'float32');
  }

  /**
   * @param {number | number[] | undefined} along
   * @param {boolean} keepDims
   * @param {{ begin: number, take: (a: number, b: number) => number }} how
   * @param {DataType} dtype of the result
   */
  reduce(along = this.shape.map((_, axis) => axis), keepDims, { begin, take }, dtype) {
    const axes = [along].flat().map((axis) => this.axisOf(axis));
    const lengths = this.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
    const totals = new Float64Array(elementsOf(lengths)).fill(begin);
    const places = placesOf(this.shape, repeatingStrides(lengths, this.shape));
    for (let i = 0; i < places.length; i++) totals[places[i]] = take(totals[places[i]], this.#values[i]);
    return tensor(totals, keepDims ? lengths : lengths.filter((_, axis) => !axes.includes(axis)), dtype);
  }

  /** @param {number | number[]} [axis] default: all @param {boolean} [keepDims] */
  mean(axis, keepDims = false) {
    const totals = this.reduce(axis, keepDims, REDUCING.sum, 'float32');
    return totals.div(this.size / totals.size);
  }

  /** Probabilities along the last axis. @param {number} [dim] the last, which is the default */
  softmax(dim = -1) {
    const last = this.axisOf(dim);
    if (last !== this.rank - 1) throw new FittingRoomError(`softmax: dim must be the last one, got ${show(dim)}`);
    const raised = this.sub(this.max(last, true)).exp();
    return raised.div(raised.sum(last, true));
  }

  /**
   * The product of two matrices.
   * @param {Tensor} other
   * @param {boolean} [transposeA]
   * @param {boolean} [transposeB]
   * @returns {Tensor}
   */
  matMul(other, transposeA = false, transposeB = false) {
    if (transposeA) return this.transpose().matMul(other, false, transposeB);
    if (transposeB) return this.matMul(other.transpose());
    const [rows, inner] = this.shape;
    const [height, columns] = other.shape;
    if (this.rank !== 2 || other.rank !== 2 || inner !== height)
      throw new FittingRoomError(
        `matMul: matrices must have shapes [m, k] and [k, n], got ${show(this.shape)} and ${show(other.shape)}`,
      );
    const sums = new Float64Array(rows * columns);
    for (let i = 0; i < rows; i++)
      for (let k = 0; k < inner; k++)
        for (let j = 0; j < columns; j++)
          sums[i * columns + j] += this.#values[i * inner + k] * other.#values[k * columns + j];
    return tensor(sums, [rows, columns], wider(this.dtype, other.dtype));
  }

  /**
   * The k largest values along the last axis, and their indices.
   * @param {number} [k] default 1
   */
  topk(k = 1) {
    const length = this.shape[this.axisOf(-1)];
    checkInteger('topk: k', k, 1, length);
    const order = Array.from({ length: this.size / length }, (_, row) => {
      const values = this.#values.subarray(row * length, (row + 1) * length);
      return Array.from(values.keys())
        .sort((a, b) => values[b] - values[a] || a - b)
        .slice(0, k);
    });
    const shape = [...this.shape.slice(0, -1), k];
    const places = Int32Array.from(order.flatMap((each, row) => each.map((index) => row * length + index)));
    return { values: this.pick(shape, places), indices: new Tensor(Int32Array.from(order.flat()), shape, 'int32') };
  }

  /** @param {DataType} dtype */
  cast(dtype) {
    return new Tensor(valuesAs('cast', this.#values, dtype), this.shape, dtype);
  }

  /** The same as cast. @param {DataType} dtype */
  asType(dtype) {
    return this.cast(dtype);
  }

  toFloat() {
    return this.cast('float32');
  }

  toInt() {
    return this.cast('int32');
  }

  toBool() {
    return this.cast('bool');
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

  /** Not necessary: a tensor that nothing refers to any more is freed. */
  dispose() {
    this.isDisposed = true;
  }
}

/**
 * Gives every tensor the methods of a table.
 * @template T
 * @param {Record<string, T>} table
 * @param {(row: T) => (this: Tensor, ...args: any[]) => Tensor} methodOf
 */
export function addMethods(table, methodOf) {
  for (const [name, row] of Object.entries(table))
    Object.defineProperty(Tensor.prototype, name, { value: methodOf(row), writable: true, configurable: true });
}

/** @typedef {(x: number) => number} Compute */
/** @typedef {(a: number, b: number) => number} Combine */

/** @param {Record<string, Compute>} table @param {DataType} [dtype] of the results; default: the tensor's */
const addMaps = (table, dtype) =>
  addMethods(
    table,
    (compute) =>
      function () {
        return this.map(compute, dtype ?? this.dtype);
      },
  );
addMaps(KEEPING);
addMaps(TO_FLOATS, 'float32');
addMaps(TO_TRUTHS, 'bool');

/** @param {Record<string, Combine>} table @param {DataType} [dtype] of the results; default: the wider one's */
const addCombinations = (table, dtype) =>
  addMethods(
    table,
    (combine) =>
      function (other) {
        return this.combine(other, combine, dtype);
      },
  );
addCombinations(COMBINING);
addCombinations(COMPARING, 'bool');
addMethods(
  REDUCING,
  (how) =>
    function (axis, keepDims = false) {
      const isCount = this.dtype === 'bool' && (how === REDUCING.sum || how === REDUCING.prod);
      return this.reduce(axis, keepDims, how, isCount ? 'int32' : this.dtype);
    },
);

/**
 * Joins tensors along an axis.
 * @param {Tensor[]} tensors whose shapes are equal but for that axis
 * @param {number} [axis] default 0
 */
export function concat(tensors, axis = 0) {
  const all = tensors.map(tensorOf);
  const [first] = all;
  if (!first) throw new FittingRoomError('concat takes an array of at least one tensor, got none');
  const along = first.axisOf(axis);
  const stranger = all.find(({ shape }) => String(shape.with(along, 0)) !== String(first.shape.with(along, 0)));
  if (stranger)
    throw new FittingRoomError(
      `concat: shapes must be equal but for axis ${along}, got ${show(first.shape)} and ${show(stranger.shape)}`,
    );
  const dtype = all.map((each) => each.dtype).reduce(wider);
  const lengths = all.map(({ shape }) => shape[along]);
  const shape = first.shape.with(
    along,
    lengths.reduce((sum, length) => sum + length, 0),
  );
  const values = allocated(ARRAYS[dtype], elementsOf(shape));
  const rows = all.map((each) => each.dataSync());
  const sizes = all.map((each) => elementsOf(each.shape.slice(along)));
  let at = 0;
  for (let i = 0; i < elementsOf(shape.slice(0, along)); i++)
    rows.forEach((row, k) => {
      values.set(row.subarray(i * sizes[k], (i + 1) * sizes[k]), at);
      at += sizes[k];
    });
  return new Tensor(values, shape, dtype);
}

/** @param {any} value a tensor, or what tf.tensor takes @returns {Tensor} */
export const tensorOf = (value) => (value instanceof Tensor ? value : tensor(value));

/** @param {number[]} values @param {number[]} shape @returns {any} */
function nested(values, shape) {
  if (shape.length === 0) return values[0];
  if (shape.length === 1) return values;
  const size = values.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) => nested(values.slice(i * size, (i + 1) * size), shape.slice(1)));
}

/** @param {any} values @returns {number[]} */
export const shapeOf = (values) =>
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
  let first = values;
  while (Array.isArray(first)) first = first[0];
  return typeof first === 'boolean' ? 'bool' : 'float32';
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
