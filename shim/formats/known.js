/**
 * The formats in which models are saved and exported, without the code that reads and writes them, so that the page can
 * list them before that code is loaded. exchange.js loads the folder of each.
 *
 * @typedef {object} FormatRow
 * @property {string} extension of its file, or of the main one of several
 * @property {readonly string[]} dtypes the ways in which it can store kernels
 */

export const FORMATS = /** @satisfies {Record<string, FormatRow>} */ ({
  'fitting-room': { extension: 'fit', dtypes: ['float32', 'float16', 'int8'] },
  tfjs: { extension: 'json', dtypes: ['float32', 'float16', 'uint8'] },
  onnx: { extension: 'onnx', dtypes: ['float32', 'float16'] },
  keras: { extension: 'keras', dtypes: ['float32'] },
  safetensors: { extension: 'safetensors', dtypes: ['float32', 'float16'] },
});

/** @typedef {keyof typeof FORMATS} FormatName */
