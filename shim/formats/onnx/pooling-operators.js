/** ONNX's operators for layers that pool each window of an image, by the layers' kinds. */
export const WINDOWED = /** @type {const} */ ({ max_pooling2d: 'MaxPool', average_pooling2d: 'AveragePool' });

/** Those for layers that pool the whole of each channel. */
export const GLOBAL = /** @type {const} */ ({
  global_average_pooling2d: 'GlobalAveragePool',
  global_max_pooling2d: 'GlobalMaxPool',
});
