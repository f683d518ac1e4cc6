import { doubles } from './array.js';
import { eachWindow, outputSides } from './window.js';

/** @import { Doubles } from './array.js' */
/** @import { Kinks } from './kinks.js' */
/** @typedef {{ size: [number, number], strides: [number, number], padding: string }} Window */

/**
 * @param {number[]} values
 * @param {Kinks} [kinks] receives the distance from the largest to the next and the index of the largest
 */
function largestOf(values, kinks) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  let margin = Infinity;
  for (let i = 0; i < values.length; i++)
    if (i !== best && values[i] !== values[best]) margin = Math.min(margin, values[best] - values[i]);
  kinks?.pass(margin, best);
  return values.some(Number.isNaN) ? NaN : values[best];
}

/** @param {number[]} values inside the image: with 'same', the padding is not counted */
const meanOf = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * @param {Doubles} x [n, height, width, channels]
 * @param {Window} window
 * @param {(values: number[]) => number} reduce the pixels of one window and channel
 */
function pool(x, window, reduce) {
  const [count, height, width, channels] = x.shape;
  const out = doubles([count, ...outputSides([height, width], window), channels]);
  const [, rows, columns] = out.shape;
  for (let n = 0; n < count; n++)
    eachWindow([height, width], window, (row, column, pixels) => {
      for (let c = 0; c < channels; c++)
        out.data[((n * rows + row) * columns + column) * channels + c] = reduce(
          pixels.map((p) => x.data[((n * height + p.y) * width + p.x) * channels + c]),
        );
    });
  return out;
}

/** @param {Doubles} x @param {Window} window @param {Kinks} [kinks] */
export const maxPooling2d = (x, window, kinks) => pool(x, window, (values) => largestOf(values, kinks));

/** @param {Doubles} x @param {Window} window */
export const averagePooling2d = (x, window) => pool(x, window, meanOf);

/** @param {Doubles} x [n, height, width, channels] @returns {Window} */
const whole = ({ shape: [, height, width] }) => ({ size: [height, width], strides: [1, 1], padding: 'valid' });

/** @param {Doubles} x @param {Kinks} [kinks] */
export const globalMaxPooling2d = (x, kinks) => maxPooling2d(x, whole(x), kinks);

/** @param {Doubles} x */
export const globalAveragePooling2d = (x) => averagePooling2d(x, whole(x));
