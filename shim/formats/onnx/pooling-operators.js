/** ONNX's operators for layers that pool each window of an image, by layer kind. */
export const WINDOWED = /** @type {const} */ ({ max_pooling2d: 'MaxPool', average_pooling2d: 'AveragePool' });

/** ONNX's operators for layers that pool each channel as a whole. */
export const GLOBAL = /** @type {const} */ ({
  global_average_pooling2d: 'GlobalAveragePool',
  global_max_pooling2d: 'GlobalMaxPool',
});
