/** Fitting Room: train and run a clothing classifier in a browser tab, with the names of TF.js Layers. */
export { loadCore } from './loading.js';
export { callbacks } from './callbacks.js';
export { datasets } from './datasets.js';
export { FittingRoomError } from './errors.js';
export { input } from './graph.js';
export { initializers } from './initializers.js';
export { layers } from './layers.js';
export { losses } from './losses.js';
export { metrics } from './metrics.js';
export { Model } from './model.js';
export { Sequential, exportModel, importModel, loadModel, model, sequential } from './models.js';
export { train } from './optimizers.js';
export { regularizers } from './regularizers.js';
export { schedules } from './schedules.js';
export { tensor } from './tensor.js';
