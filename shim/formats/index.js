/** What is fetched once a model is to be saved or loaded, and not before. */
export { exportModel, importModel } from './exchange.js';
export { loadModel } from './fit/load.js';
export { saveModel } from './fit/save.js';
