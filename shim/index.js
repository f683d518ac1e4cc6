/// <reference path="./platform.d.ts" preserve="true" />

/** Fitting Room: train and run a clothing classifier in a browser tab, with the names of TF.js Layers. */

/* The types that their signatures name. */
/**
 * @template {ArrayBufferView & ArrayLike<number>} [Data=import('./tensor.js').NumberArray]
 * @typedef {import('./tensor.js').Tensor<Data>} Tensor
 */
/**
 * @template {ArrayBufferView & ArrayLike<number>} [Data=import('./tensor.js').NumberArray]
 * @typedef {import('./tensor.js').Given<Data>} Given
 */
/** @typedef {import('./tensor.js').NumberArray} NumberArray */
/** @typedef {import('./tensor.js').Samples} Samples */
/** @typedef {import('./core/core.js').Fallback} Fallback */
/** @typedef {import('./core/loading.js').RuntimeOptions} RuntimeOptions */
/** @typedef {import('./core/loading.js').Runtime} Runtime */
/** @typedef {import('./layers/built.js').Built} Built */
/** @typedef {import('./layers/initializers.js').Initializer} Initializer */
/** @typedef {import('./layers/graph.js').InputOptions} InputOptions */
/** @typedef {import('./layers/layer.js').Activation} Activation */
/** @typedef {import('./layers/layer.js').AnyLayer} Layer */
/** @typedef {import('./layers/layer.js').LayerConfig} LayerConfig */
/** @typedef {import('./layers/layer.js').Padding} Padding */
/** @typedef {import('./layers/layer.js').SymbolicTensor} SymbolicTensor */
/** @typedef {import('./layers/regularizers.js').Regularizer} Regularizer */
/** @typedef {import('./training/callback-list.js').Callbacks} Callback */
/** @typedef {import('./training/callback-list.js').Params} CallbackParams */
/** @typedef {import('./training/dataset.js').EvaluateDatasetOptions} EvaluateDatasetOptions */
/** @typedef {import('./training/dataset.js').FitDatasetOptions} FitDatasetOptions */
/** @typedef {import('./training/evaluation.js').EvaluateOptions} EvaluateOptions */
/** @typedef {import('./training/evaluation.js').PassOptions} PassOptions */
/** @typedef {import('./training/fit.js').FitOptions} FitOptions */
/** @typedef {import('./training/fit.js').History} History */
/** @typedef {import('./training/losses.js').Loss} Loss */
/** @typedef {import('./training/losses.js').LossOptions} LossOptions */
/** @typedef {import('./training/metrics.js').Metric} Metric */
/** @typedef {import('./training/optimizers.js').OptimizerOptions} OptimizerOptions */
/** @typedef {import('./training/pass.js').Progress} Progress */
/** @typedef {import('./training/progress.js').Logs} Logs */
/** @typedef {import('./training/schedules.js').Schedule} Schedule */
/** @typedef {import('./training/supply.js').Batch} Batch */
/** @typedef {import('./training/supply.js').Dataset} Dataset */
/** @typedef {import('./formats/described.js').NamedFile} NamedFile */
/** @typedef {import('./formats/exchange.js').ExportOptions} ExportOptions */
/** @typedef {import('./formats/exchange.js').FormatName} FormatName */
/** @typedef {import('./formats/exchange.js').ImportSource} ImportSource */
/** @typedef {import('./formats/fit/save.js').SaveOptions} SaveOptions */
/** @typedef {import('./formats/reading.js').ReadOptions} ReadOptions */
/** @typedef {import('./formats/reading.js').Source} Source */
/** @typedef {import('./model.js').ActivationsOptions} ActivationsOptions */
/** @typedef {import('./model.js').CompileOptions} CompileOptions */
/** @typedef {import('./models.js').ModelOptions} ModelOptions */
/** @typedef {import('./models.js').SequentialOptions} SequentialOptions */
/** @typedef {import('./transfer.js').TransferOptions} TransferOptions */

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
export { train } from './training/makers.js';
export { regularizers } from './layers/regularizers.js';
export { schedules } from './training/schedules.js';
export { tensor } from './tensor.js';
export { onWarning } from './warning.js';
