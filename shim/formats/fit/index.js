/** Fitting Room's own format, .fit: a model, its weights and, where it is wanted, where its training stands. */
export { readModelFile } from './load.js';
export { saveModel } from './save.js';
