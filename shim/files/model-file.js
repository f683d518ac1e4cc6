/** What is fetched once a model is to be saved or loaded, and not before. */
export { exportModel, importModel } from '../formats/exchange.js';
export { loadModel } from './load.js';
export { saveModel } from './save.js';
