/** What is fetched once a model is to be saved or loaded, and not before. */
export { inFile } from './common.js';
export { exportModel, readAnyModel } from './exchange.js';
export { readModelFile, saveModel } from './fit/index.js';
