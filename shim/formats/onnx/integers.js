import { FittingRoomError, show } from '../../check.js';
import { elementsOf } from '../../tensor.js';
import { INT32, INT64, integersOf, stridesOf } from './arrays.js';
import { dimsOf } from './views.js';

/** @import { Call } from './importer.js' */

/*
 * Integer arithmetic that exporters put into graphs: shapes for Reshape, and paddings. All lengths but the batch's are
 * known here, so these nodes are constants too.
 */

/** @typedef {{ dims: number[], values: number[] }} Integers */
/** @typedef {(call: Call, integers: Integers) => Integers} Operator */

/** Stands for the length of a batch that is left open. No other number is this small. */
export const BATCH = Number.MIN_SAFE_INTEGER;

const MOST = 32; // in a shape or in paddings

/** @param {number} count */
function checkCount(count) {
  if (!(count <= MOST)) throw new FittingRoomError(`at most ${MOST} integers are supported, got ${count}`);
}

/** @param {Call} call @param {number} index @returns {Integers} */
function integersAt(call, index) {
  return { dims: call.dimsAt(index), values: call.integersAt(index) };
}

/** @param {number} axis @param {number} rank @returns {number} */
const placeOf = (axis, rank) => (axis < 0 ? axis + rank : axis);

/** @param {Call} call @param {number} rank */
function checkFirst(call, rank) {
  const axis = call.integer('axis') ?? 0;
  if (placeOf(axis, rank) !== 0) throw new FittingRoomError(`for integers, axis must be the first one, got ${axis}`);
}

/** @param {Integers} integers @param {number[]} rows indices along the first axis @returns {number[]} */
function rowsOf({ dims: [count, ...rest], values }, rows) {
  const length = elementsOf(rest);
  checkCount(rows.length * length);
  return rows.flatMap((row) => {
    const at = placeOf(row, count);
    if (at < 0 || at >= count) throw new FittingRoomError(`there is no row ${row} among ${count} integers`);
    return values.slice(at * length, (at + 1) * length);
  });
}

/** @type {Operator} */
function gather(call, integers) {
  checkFirst(call, integers.dims.length);
  const index = integersAt(call, 1);
  return { dims: [...index.dims, ...integers.dims.slice(1)], values: rowsOf(integers, index.values) };
}

/** @type {Operator} */
function slice(call, integers) {
  if (!call.has(1) || !call.has(2)) throw new FittingRoomError('it needs starts and ends as inputs');
  const bounds = [1, 2, 3, 4].map((index) => (call.has(index) ? integersAt(call, index).values : undefined));
  const [[start], [end], [axis] = [0], [step] = [1]] = /** @type {[number[], number[], number[]?, number[]?]} */ (
    bounds
  );
  const [count, ...rest] = integers.dims;
  if (
    bounds.some((list = [0]) => list.length !== 1) ||
    placeOf(axis, integers.dims.length) !== 0 ||
    Math.abs(step) !== 1
  ) {
    throw new FittingRoomError('for integers, only slices of the first axis with step 1 or -1 are supported');
  }
  const bound = (/** @type {number} */ at, /** @type {number} */ low, /** @type {number} */ high) =>
    Math.min(Math.max(placeOf(at, count), low), high);
  const [first, last] =
    step > 0
      ? [bound(start, 0, count), bound(end, 0, count)]
      : [bound(start, -1, count - 1), bound(end, -1, count - 1)];
  const rows = Array.from({ length: Math.max(0, (last - first) * step) }, (_, i) => first + i * step);
  return { dims: [rows.length, ...rest], values: rowsOf(integers, rows) };
}

/** @type {Operator} */
function concat(call, first) {
  checkFirst(call, first.dims.length);
  checkCount(call.inputs.length);
  const all = call.inputs.map((_, index) => integersAt(call, index));
  if (all.some(({ dims }) => String(dims.slice(1)) !== String(first.dims.slice(1))))
    throw new FittingRoomError('joined integers must have the same shape');
  return {
    dims: [all.reduce((sum, { dims: [count] }) => sum + count, 0), ...first.dims.slice(1)],
    values: all.flatMap(({ values }) => values),
  };
}

/** @type {Operator} */
function reshape(call, { values }) {
  const target = integersAt(call, 1).values;
  const rest = target.includes(-1) ? values.length / elementsOf(target.filter((length) => length !== -1)) : 1;
  const dims = target.map((length) => (length === -1 ? rest : length));
  if (!Number.isInteger(rest) || elementsOf(dims) !== values.length)
    throw new FittingRoomError(`${values.length} integers cannot have the shape ${show(target)}`);
  return { dims, values };
}

/** @type {Operator} */
function transpose(call, { dims, values }) {
  const order = call.integers('perm') ?? dims.map((_, axis) => dims.length - 1 - axis);
  if (String(order) !== '1,0' || dims.length !== 2)
    throw new FittingRoomError('for integers, perm must exchange two axes');
  const [rows, columns] = dims;
  return {
    dims: [columns, rows],
    values: values.map((_, i) => values[(i % rows) * stridesOf(dims)[0] + Math.floor(i / rows)]),
  };
}

/**
 * Turns a single number into a list of one or, if not `longer`, the reverse.
 * @param {boolean} longer
 * @returns {Operator}
 */
const oneMore =
  (longer) =>
  (call, { dims, values }) => {
    const axes = call.has(1) ? call.integersAt(1) : (call.integers('axes') ?? [0]);
    if (values.length !== 1 || dims.length !== Number(!longer) || axes.length !== 1 || placeOf(axes[0], 1) !== 0)
      throw new FittingRoomError('for integers, only a single one can become a list of one, or the reverse');
    return { dims: longer ? [1] : [], values };
  };

/** @param {(a: number, b: number) => number} compute @returns {Operator} */
const arithmetic = (compute) => (call, first) => {
  const second = integersAt(call, 1);
  if ([...first.values, ...second.values].includes(BATCH))
    throw new FittingRoomError('the number of samples must stay as it is');
  const longer = first.values.length < second.values.length ? second : first;
  if (![1, longer.values.length].includes(Math.min(first.values.length, second.values.length)))
    throw new FittingRoomError('combined integers must have the same length');
  const at = (/** @type {Integers} */ { values }, /** @type {number} */ i) => values[values.length === 1 ? 0 : i];
  return { dims: longer.dims, values: longer.values.map((_, i) => compute(at(first, i), at(second, i))) };
};

/** @type {Operator} */
function cast(call, integers) {
  const to = call.integer('to');
  if (to !== INT64 && to !== INT32)
    throw new FittingRoomError(`for integers, to must be ${INT64} or ${INT32}, got ${to}`);
  return integers;
}

/** @type {Operator} */
function constantOfShape(call, { values: dims }) {
  const tensor = call.tensor('value');
  if (!tensor) throw new FittingRoomError('its value must be an integer');
  checkCount(elementsOf(dims));
  const [value] = integersOf(tensor);
  return { dims, values: Array.from({ length: elementsOf(dims) }, () => value) };
}

/** @type {Record<string, Operator>} */
const OPERATORS = {
  Gather: gather,
  Slice: slice,
  Concat: concat,
  Reshape: reshape,
  Transpose: transpose,
  Unsqueeze: oneMore(true),
  Squeeze: oneMore(false),
  Cast: cast,
  ConstantOfShape: constantOfShape,
  Identity: (_, integers) => integers,
  Add: arithmetic((a, b) => a + b),
  Sub: arithmetic((a, b) => a - b),
  Mul: arithmetic((a, b) => a * b),
  Div: arithmetic((a, b) => Math.trunc(a / b)),
};

/**
 * @param {Call} call of any node
 * @returns {Integers | undefined} undefined unless its first input is integers, or it asks for a shape
 */
export function integersFrom(call) {
  const {
    importer,
    node: { operator = '' },
    inputs: [first = ''],
  } = call;
  const view = importer.views.get(first);
  if (operator === 'Shape' && view) {
    call.view();
    const values = [importer.batch ?? BATCH, ...dimsOf(view)].slice(call.integer('start') ?? 0, call.integer('end'));
    return { dims: [values.length], values };
  }
  const constant = importer.constants.get(first);
  const isInteger = constant?.dataType === INT64 || constant?.dataType === INT32;
  if (!constant || !isInteger || !Object.hasOwn(OPERATORS, operator)) return undefined;
  const made = OPERATORS[operator](call, integersAt(call, 0));
  checkCount(made.values.length);
  return made;
}
