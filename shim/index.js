/** Fitting Room: train and run a clothing classifier in a browser tab, with the names of TF.js Layers. */
export { loadCore } from './loading.js';
export { datasets } from './datasets.js';
export { FittingRoomError } from './errors.js';
export { layers } from './layers.js';
export { Sequential, sequential } from './model.js';
export { tensor } from './tensor.js';
