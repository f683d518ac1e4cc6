import { doubles } from './array.js';
import { eachWindow, outputSides } from './window.js';

/** @import { Doubles } from './array.js' */
/** @typedef {{ size: [number, number], strides: [number, number], padding: string }} Window */

/**
 * out[n, i, j, f] = bias[f] + Σ kernel[ky, kx, c, f] · x[n, i·s - before + ky, j·s - before + kx, c]
 * @param {Doubles} x [n, height, width, channels]
 * @param {Window} window
 * @param {Doubles} kernel [kh, kw, channels, filters]
 * @param {Doubles} [bias] [filters]
 */
export function conv2d(x, window, kernel, bias) {
  const [count, height, width, channels] = x.shape;
  const filters = kernel.shape[3];
  const out = doubles([count, ...outputSides([height, width], window), filters]);
  const [, rows, columns] = out.shape;
  for (let n = 0; n < count; n++)
    eachWindow([height, width], window, (row, column, pixels) => {
      for (let f = 0; f < filters; f++) {
        let sum = bias ? bias.data[f] : 0;
        for (const p of pixels)
          for (let c = 0; c < channels; c++)
            sum +=
              kernel.data[((p.ky * window.size[1] + p.kx) * channels + c) * filters + f] *
              x.data[((n * height + p.y) * width + p.x) * channels + c];
        out.data[((n * rows + row) * columns + column) * filters + f] = sum;
      }
    });
  return out;
}

/**
 * Each channel with its own kernels: out[n, i, j, c·m + k] = bias[c·m + k] + Σ kernel[ky, kx, c, k] · x[n, …, c]
 * @param {Doubles} x [n, height, width, channels]
 * @param {Window} window
 * @param {Doubles} kernel [kh, kw, channels, multiplier]
 * @param {Doubles} [bias] [channels · multiplier]
 */
export function depthwiseConv2d(x, window, kernel, bias) {
  const [count, height, width, channels] = x.shape;
  const multiplier = kernel.shape[3];
  const out = doubles([count, ...outputSides([height, width], window), channels * multiplier]);
  const [, rows, columns, outputs] = out.shape;
  for (let n = 0; n < count; n++)
    eachWindow([height, width], window, (row, column, pixels) => {
      for (let c = 0; c < channels; c++)
        for (let k = 0; k < multiplier; k++) {
          let sum = bias ? bias.data[c * multiplier + k] : 0;
          for (const p of pixels)
            sum +=
              kernel.data[((p.ky * window.size[1] + p.kx) * channels + c) * multiplier + k] *
              x.data[((n * height + p.y) * width + p.x) * channels + c];
          out.data[((n * rows + row) * columns + column) * outputs + c * multiplier + k] = sum;
        }
    });
  return out;
}
