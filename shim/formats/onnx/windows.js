import { FittingRoomError, show } from '../../check.js';

/**
 * The number of zeros that padding 'same' puts before and after.
 * @param {number} length
 * @param {number} window
 * @param {number} stride
 * @returns {[number, number]}
 */
export function samePads(length, window, stride) {
  const total = Math.max((Math.ceil(length / stride) - 1) * stride + window - length, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/**
 * Whether each window lies evenly around a pixel, as those of padding 'same' with stride 1 do.
 * @param {Pick<Window, 'size' | 'margins'>} window
 */
export const isCentred = ({ size, margins }) =>
  size.every((length, axis) => margins[axis].every((margin) => margin === (length - 1) / 2));

/** @typedef {import('./importer.js').Call} Call */
/**
 * A window that slides over an image, as a node describes it. pads: [[top, bottom], [left, right]]; margins: the same,
 * and as far as a last window reaches beyond the image.
 * @typedef {{ size: [number, number], strides: [number, number], padding: 'valid' | 'same' | 'other', pads: Margins,
 *   margins: Margins }} Window
 * @typedef {[[number, number], [number, number]]} Margins
 */

/**
 * @param {Call} call
 * @param {string} name
 * @param {number[]} missing
 * @returns {number[]} as many as `missing`, integers of at least 0
 */
function listOf(call, name, missing) {
  const list = call.integers(name) ?? missing;
  if (list.length === missing.length && list.every((length) => Number.isSafeInteger(length) && length >= 0))
    return list;
  throw new FittingRoomError(`${name} must be ${missing.length} integers of at least 0, got ${show(list)}`);
}

/**
 * @param {Call} call
 * @param {number[]} sides
 * @param {[number, number]} size
 * @param {[number, number]} strides
 * @returns {Margins}
 */
function padsOf(call, sides, size, strides) {
  const auto = call.text('auto_pad') ?? 'NOTSET';
  const same = /** @type {Margins} */ (sides.map((side, axis) => samePads(side, size[axis], strides[axis])));
  const pads = listOf(call, 'pads', [0, 0, 0, 0]);
  if (auto !== 'NOTSET' && pads.some((margin) => margin !== 0))
    throw new FittingRoomError(`pads must be 0 with auto_pad ${show(auto)}, got ${show(pads)}`);
  if (auto === 'SAME_UPPER') return same;
  if (auto === 'SAME_LOWER') return [reversed(same[0]), reversed(same[1])];
  if (auto === 'VALID')
    return [
      [0, 0],
      [0, 0],
    ];
  if (auto !== 'NOTSET')
    throw new FittingRoomError(`auto_pad must be NOTSET, VALID, SAME_UPPER or SAME_LOWER, got ${show(auto)}`);
  const [top, left, bottom, right] = pads;
  return [
    [top, bottom],
    [left, right],
  ];
}

/** @param {[number, number]} pair @returns {[number, number]} */
const reversed = ([first, second]) => [second, first];

/**
 * @param {Call} call
 * @param {number[]} sides height and width of the image
 * @param {[number, number]} [fallback] the window's size if the node does not state it
 * @returns {Window & { dilations: number[] }} size: with the gaps between its pixels
 */
export function windowOf(call, sides, fallback = [0, 0]) {
  const stated = listOf(call, 'kernel_shape', fallback);
  const strides = /** @type {[number, number]} */ (listOf(call, 'strides', [1, 1]));
  const dilations = listOf(call, 'dilations', [1, 1]);
  if ([...stated, ...strides, ...dilations].includes(0))
    throw new FittingRoomError(
      `kernel_shape ${show(stated)}, strides ${show(strides)} and dilations ${show(dilations)} must be 1 or more`,
    );
  const size = /** @type {[number, number]} */ (stated.map((length, axis) => (length - 1) * dilations[axis] + 1));
  const pads = padsOf(call, sides, size, strides);
  const margins = withCeiling(call, sides, { size, strides, pads });
  const isSame = margins.every(
    (margin, axis) => String(margin) === String(samePads(sides[axis], size[axis], strides[axis])),
  );
  const none = margins.flat().every((margin) => margin === 0);
  return { size, strides, padding: none ? 'valid' : isSame ? 'same' : 'other', pads, margins, dilations };
}

/**
 * With ceil_mode, a last window may reach beyond the image; then it is padded there.
 * @param {Call} call
 * @param {number[]} sides
 * @param {Pick<Window, 'size' | 'strides' | 'pads'>} window
 * @returns {Margins}
 */
function withCeiling(call, sides, { size, strides, pads }) {
  if (!call.integer('ceil_mode')) return pads;
  return /** @type {Margins} */ (
    pads.map(([before, after], axis) => {
      const [side, stride] = [sides[axis], strides[axis]];
      const left = (side + before + after - size[axis]) % stride;
      const more = left === 0 ? 0 : stride - left;
      const begins = side + before + after + more - size[axis]; // of the last window
      return [before, begins < side + before ? after + more : after];
    })
  );
}

/**
 * The height and width of a window's output.
 * @param {number[]} sides
 * @param {Pick<Window, 'size' | 'strides' | 'padding'>} window
 */
export const outputSides = (sides, { size, strides, padding }) =>
  sides.map((side, axis) =>
    padding === 'same' ? Math.ceil(side / strides[axis]) : Math.floor((side - size[axis]) / strides[axis]) + 1,
  );
