/** Fitting Room: train and run a clothing classifier in a browser tab, with the names of TF.js Layers. */
export { loadCore } from './core/loading.js';
export { callbacks } from './training/callbacks/index.js';
export { datasets } from './datasets.js';
export { FittingRoomError } from './check.js';
export { heads, transfer } from './heads.js';
export { input } from './layers/graph.js';
export { initializers } from './layers/initializers.js';
export { layers } from './layers/index.js';
export { losses } from './training/losses.js';
export { metrics } from './training/metrics.js';
export { Model } from './model.js';
export { Sequential, exportModel, importModel, loadModel, model, sequential } from './models.js';
export { train } from './training/optimizers.js';
export { regularizers } from './layers/regularizers.js';
export { schedules } from './training/schedules.js';
export { tensor } from './tensor.js';
