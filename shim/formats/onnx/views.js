import { elementsOf } from '../../tensor.js';
import { stridesOf } from './arrays.js';

/**
 * An ONNX value as a view of the output of one of our layers, whose numbers are stored in the order of `shape`,
 * channels last. Each axis of the ONNX value (without the batch) steps through one or more runs of that memory.
 * Transposing, flattening and reshaping therefore change the view, and no number has to move.
 *
 * @typedef {{ length: number, stride: number }} Run
 * @typedef {{ source: number, shape: number[], axes: Run[][] }} View source: a layer's index, -1 for the input; shape:
 *   of a sample
 */

/** @param {Run[]} axis */
const lengthOf = (axis) => axis.reduce((product, { length }) => product * length, 1);

/** The shape in ONNX. @param {View} view */
export const dimsOf = ({ axes }) => axes.map(lengthOf);

/** Merges consecutive runs and leaves out runs of length 1. @param {Run[]} runs @returns {Run[]} */
function joined(runs) {
  /** @type {Run[]} */
  const result = [];
  for (const run of runs) {
    const last = result[result.length - 1];
    if (run.length === 1) continue;
    if (last && last.stride === run.stride * run.length)
      result[result.length - 1] = { length: last.length * run.length, stride: run.stride };
    else result.push(run);
  }
  return result;
}

/** @param {Run[][]} a @param {Run[][]} b */
export const sameAxes = (a, b) => JSON.stringify(a.map(joined)) === JSON.stringify(b.map(joined));

/** A layer's output, unchanged. @param {number} source @param {number[]} shape @returns {View} */
export function plain(source, shape) {
  const strides = stridesOf(shape);
  return { source, shape, axes: shape.map((length, axis) => [{ length, stride: strides[axis] }]) };
}

/**
 * An image whose channels come first in ONNX.
 * @param {number} source
 * @param {number[]} shape height, width, channels
 * @returns {View}
 */
export function channelsFirst(source, shape) {
  const {
    axes: [height, width, channels],
  } = plain(source, shape);
  return { source, shape, axes: [channels, height, width] };
}

/** Whether the order of the numbers in ONNX is the one in which they are stored. @param {View} view */
export function isPlain({ axes }) {
  const [run, second] = joined(axes.flat());
  return second === undefined && (run === undefined || run.stride === 1);
}

/** The offset of each number in memory, in ONNX's order. @param {View} view @returns {number[]} */
export const offsetsOf = ({ axes }) =>
  axes
    .flat()
    .reduce(
      (offsets, { length, stride }) =>
        offsets.flatMap((offset) => Array.from({ length }, (_, i) => offset + i * stride)),
      [0],
    );

/**
 * The same numbers in the same order, with other lengths.
 * @param {View} view
 * @param {number[]} dims with the same number of elements
 * @returns {View | undefined} undefined if an axis would end within a run that cannot be split there
 */
export function regrouped({ source, shape, axes }, dims) {
  if (dims.some((dim) => dim < 1) || elementsOf(dims) !== elementsOf(shape)) return undefined;
  const runs = joined(axes.flat());
  /** @type {Run[][]} */
  const made = [];
  for (const dim of dims) {
    /** @type {Run[]} */
    const axis = [];
    for (let left = dim; left > 1; ) {
      const run = /** @type {Run} */ (runs.shift());
      const inner = run.length / left;
      if (left % run.length === 0) {
        axis.push(run);
        left /= run.length;
      } else if (Number.isInteger(inner)) {
        axis.push({ length: left, stride: run.stride * inner });
        runs.unshift({ length: inner, stride: run.stride });
        left = 1;
      } else return undefined;
    }
    made.push(axis);
  }
  return { source, shape, axes: made };
}
