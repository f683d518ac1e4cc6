import { FittingRoomError, choice, optional, show, within } from '../check.js';
import { define, range, seed } from './fields.js';

/** @import { AnyLayer, Common, Pair } from './layer.js' */
/** @import { Field } from '../check.js' */

/**
 * Layers that show training another variant of each picture each time; in inference they pass it on. They stand before
 * the first layer with weights. Semantics and defaults: Keras's.
 */

/**
 * What a moved picture shows where it was not.
 * @typedef {{ fillMode?: 'reflect' | 'constant' | 'wrap' | 'nearest', interpolation?: 'bilinear' | 'nearest',
 *   fillValue?: number, seed?: number }} Filling
 */
/** @typedef {number | [number, number]} Range f stands for [-f, f] */

const FLIPS = ['horizontalAndVertical', 'horizontal', 'vertical'];
/* The orders of the enumerations in src/layer.h. */
export const FILLS = /** @type {const} */ (['constant', 'nearest', 'reflect', 'wrap']);
export const INTERPOLATIONS = /** @type {const} */ (['bilinear', 'nearest']);

/** @type {Record<string, Field>} */
const filling = {
  fillMode: [choice(FILLS), 'reflect'],
  interpolation: [choice(INTERPOLATIONS), 'bilinear'],
  fillValue: [within(-1e6, 1e6), 0],
  seed,
};

const either = range(-1, 1, (size) => [-Math.abs(size), Math.abs(size)]);

/** @type {Field[0]} */
function shares(name, value) {
  const pair = typeof value === 'number' ? [value, value] : value;
  if (
    Array.isArray(pair) &&
    pair.length === 2 &&
    pair.every((size) => typeof size === 'number' && size >= 0 && size <= 1)
  )
    return [...pair];
  throw new FittingRoomError(`${name} must be a number or [lower, upper] within 0..1, got ${show(value)}`);
}

/**
 * Mirrors pictures, each way with probability one half.
 * @type {(options?: Common & { mode?: 'horizontalAndVertical' | 'horizontal' | 'vertical', seed?: number }) =>
 *   AnyLayer}
 */
const randomFlip = define('random_flip', { mode: [choice(FLIPS), 'horizontalAndVertical'], seed });

/**
 * Moves pictures by a share of their sides.
 * @type {(options: Common & Filling & { heightFactor: Range, widthFactor: Range }) => AnyLayer}
 */
const randomTranslation = define('random_translation', { heightFactor: [either], widthFactor: [either], ...filling });

/**
 * Turns pictures about their middle, by a share of a whole turn.
 * @type {(options: Common & Filling & { factor: Range }) => AnyLayer}
 */
const randomRotation = define('random_rotation', { factor: [either], ...filling });

/**
 * Shows pictures smaller (above 0) or larger; without widthFactor both sides alike.
 * @type {(options: Common & Filling & { heightFactor: Range, widthFactor?: Range }) => AnyLayer}
 */
const randomZoom = define('random_zoom', { heightFactor: [either], widthFactor: optional(either), ...filling });

/**
 * Draws a contrast in 1 - lower … 1 + upper about each channel's mean; f stands for [f, f].
 * @type {(options: Common & { factor: Pair, valueRange?: [number, number], seed?: number }) => AnyLayer}
 */
const randomContrast = define('random_contrast', {
  factor: [shares],
  valueRange: [range(-1e6, 1e6), [0, 1]],
  seed,
});

/**
 * Fills a rectangle with a probability drawn from `factor`; f stands for [0, f]. Its height and its width are each the
 * square
 * root of a share in `scale` of the picture's. Without fillValue it is filled with normal noise; both are cut to
 * valueRange.
 * @type {(options?: Common & { factor?: Range, scale?: [number, number], fillValue?: number, valueRange?: [number,
 *   number], seed?: number }) => AnyLayer}
 */
const randomErasing = define('random_erasing', {
  factor: [range(0, 1, (size) => [0, size]), [0, 1]],
  scale: [range(0, 1), [0.02, 0.33]],
  fillValue: optional(within(-1e6, 1e6)),
  valueRange: [range(-1e6, 1e6), [0, 1]],
  seed,
});

export const randomLayers = {
  randomFlip,
  randomTranslation,
  randomRotation,
  randomZoom,
  randomContrast,
  randomErasing,
};
