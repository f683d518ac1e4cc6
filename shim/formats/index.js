/* Loaded only when a model is saved or loaded. */
export { inFile } from './common.js';
export { exportModel, readAnyModel } from './exchange.js';
export { readModelFile, saveModel } from './fit/index.js';
