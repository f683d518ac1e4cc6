import { swapEmaWeights } from './averages.js';
import { learningRateScheduler, reduceLROnPlateau } from './learning-rate.js';
import { csvLogger, history, modelCheckpoint } from './records.js';
import { earlyStopping, terminateOnNaN } from './stopping.js';

/** @import { EpochSchedule, PlateauOptions } from './learning-rate.js' */
/** @import { CheckpointOptions, CsvOptions } from './records.js' */
/** @import { EarlyStoppingOptions, TerminateOptions } from './stopping.js' */

/** Keras's callbacks for fit, evaluate and predict. */
export const callbacks = Object.freeze({
  earlyStopping,
  reduceLROnPlateau,
  learningRateScheduler,
  modelCheckpoint,
  csvLogger,
  terminateOnNaN,
  history,
  swapEmaWeights,
});
