/**
 * The formats that models are saved and exported in, without the code that reads and writes them: the page lists them
 * before any of it is loaded. exchange.js has the folder of each.
 *
 * @typedef {object} FormatRow
 * @property {string} extension of its file, or of the one that names the others
 * @property {readonly string[]} dtypes how it can store kernels
 */

export const FORMATS = /** @satisfies {Record<string, FormatRow>} */ ({
  'fitting-room': { extension: 'fit', dtypes: ['float32', 'float16', 'int8'] },
  tfjs: { extension: 'json', dtypes: ['float32', 'float16', 'uint8'] },
  onnx: { extension: 'onnx', dtypes: ['float32', 'float16'] },
  keras: { extension: 'keras', dtypes: ['float32'] },
  safetensors: { extension: 'safetensors', dtypes: ['float32', 'float16'] },
});

/** @typedef {keyof typeof FORMATS} FormatName */
