import { swapEmaWeights } from './callbacks/averages.js';
import { learningRateScheduler, reduceLROnPlateau } from './callbacks/learning-rate.js';
import { csvLogger, history, modelCheckpoint } from './callbacks/records.js';
import { earlyStopping, terminateOnNaN } from './callbacks/stopping.js';

/** @import { EpochSchedule, PlateauOptions } from './callbacks/learning-rate.js' */
/** @import { CheckpointOptions, CsvOptions } from './callbacks/records.js' */
/** @import { EarlyStoppingOptions, TerminateOptions } from './callbacks/stopping.js' */

/** Keras's callbacks, for fit, evaluate and predict. */
export const callbacks = Object.freeze({
  earlyStopping, reduceLROnPlateau, learningRateScheduler, modelCheckpoint, csvLogger, terminateOnNaN, history, swapEmaWeights,
});
