import { swapEmaWeights } from './averages.js';
import { learningRateScheduler, reduceLROnPlateau } from './learning-rate.js';
import { csvLogger, history, modelCheckpoint } from './records.js';
import { earlyStopping, terminateOnNaN } from './stopping.js';

/** @import { SwapOptions } from './averages.js' */
/** @import { EpochSchedule, PlateauOptions } from './learning-rate.js' */
/** @import { CheckpointOptions, CsvOptions } from './records.js' */
/** @import { EarlyStoppingOptions, TerminateOptions } from './stopping.js' */

/** Keras's callbacks for fit, evaluate and predict. */
export const callbacks = Object.freeze({
  /**
   * Stops training when a figure has not improved for `patience` epochs; `stopped` says after which. With
   * restoreBestWeights, the weights are then those of the best epoch. An epoch that was cut short does not count.
   */
  earlyStopping,
  /**
   * Multiplies the learning rate by `factor` when a figure has not improved by more than minDelta for `patience`
   * epochs, then waits for `cooldown` epochs. Adds learning_rate to the logs. An epoch that was cut short does not
   * count.
   */
  reduceLROnPlateau,
  /** Sets the learning rate at the beginning of each epoch. Adds learning_rate to the logs. */
  learningRateScheduler,
  /**
   * Calls `save` after each epoch, or every saveFreq batches. With saveBestOnly, only when the monitored figure is
   * better than ever before and than initialValueThreshold.
   */
  modelCheckpoint,
  /**
   * Writes one line per epoch: its number, then its figures in the order of their names; a figure that the epoch does
   * not have is an empty cell. The lines are in `text`, and also go to the file and to `write` if given. A figure that
   * first appears later gets a new last column: text and file are rewritten with it, and `write` receives the new
   * header line.
   */
  csvLogger,
  /**
   * Stops training after a batch whose loss is not a finite number or, with perBatch: false, after the slice of work
   * that contains the batch; `stopped` says where.
   */
  terminateOnNaN,
  /** The figures of each epoch, as fit returns them: `epoch` and `history`. */
  history,
  /** Evaluates and predicts with the moving averages of the weights, which an optimizer with useEma keeps. */
  swapEmaWeights,
});
