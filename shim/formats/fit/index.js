/* Fitting Room's own format, .fit: a model, its weights and, optionally, the state of its training. */
export { readModelFile } from './load.js';
export { saveModel } from './save.js';
