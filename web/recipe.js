import { losses, schedules } from 'fitting-room';
import { earlyStopping, terminateOnNaN } from '../shim/training/callbacks/stopping.js';
import { hasOption } from './settings.js';
import { GARMENTS } from './subject.js';

/** Translates the page's settings into the API's options. */

/** @typedef {Pick<Settings, 'optimizer' | 'learningRate'> & Partial<Settings>} Run */
/** @typedef {import('./settings.js').Settings} Settings */

/**
 * @param {Run} run
 * @param {number} steps of the whole run
 * @returns {Parameters<import('../shim/index.js').Model['compile']>[0]}
 */
export function compileOptions(run, steps) {
  const { labelSmoothing } = run;
  return {
    optimizer: optimizerOf(run, steps),
    loss: labelSmoothing ? losses.categoricalCrossentropy({ labelSmoothing }) : 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  };
}

/** @param {Run} run @param {number} steps */
function optimizerOf(run, steps) {
  const { optimizer: name, momentum, nesterov, weightDecay, ema, emaMomentum, clipNorm } = run;
  return {
    name,
    learningRate: learningRateOf(run, steps),
    ...(hasOption(name, 'momentum') && momentum && { momentum }),
    ...(hasOption(name, 'nesterov') && nesterov && { nesterov }),
    ...(hasOption(name, 'weightDecay') && { weightDecay }),
    ...(clipNorm && { clipNorm }),
    ...(ema && { useEma: true, emaMomentum }),
  };
}

/** A number, or a schedule over all steps. @param {Run} run @param {number} steps */
function learningRateOf({ schedule, learningRate: rate = 0, decay = 1, warmUp = 0 }, steps) {
  const rising = Math.round(warmUp * steps);
  if (schedule === 'exponential') {
    return schedules.exponentialDecay({ initialLearningRate: rate, decaySteps: steps, decayRate: decay });
  }
  if (schedule === 'cosine') {
    const warm =
      rising > 0 ? { initialLearningRate: 0, warmupTarget: rate, warmupSteps: rising } : { initialLearningRate: rate };
    return schedules.cosineDecay({ ...warm, decaySteps: Math.max(1, steps - rising) });
  }
  if (schedule === 'oneCycle')
    return schedules.oneCycle({ maxLearningRate: rate, totalSteps: Math.max(2, steps), warmupShare: warmUp });
  if (schedule === 'piecewise') {
    const half = Math.round(steps / 2);
    const boundaries = [half, Math.max(half + 1, Math.round((steps * 3) / 4))];
    return schedules.piecewiseConstantDecay({ boundaries, values: [rate, rate * decay, rate * decay * decay] });
  }
  return rate;
}

/** Ends a run whose loss is not a number. */
export const terminatingOf = () => terminateOnNaN({ perBatch: false });

/** Early stopping, null if it is off. @param {Run} run */
export const stoppingOf = ({ patience }) =>
  patience ? earlyStopping({ monitor: 'val_loss', patience, restoreBestWeights: true }) : null;

/**
 * @param {{ shape: number[], data: ArrayLike<number> }} labels [n]
 * @param {number} [classes]
 * @returns {{ shape: number[], data: Float32Array }} [n, classes]
 */
export function oneHot({ shape: [count], data }, classes = GARMENTS.classNames.length) {
  const rows = new Float32Array(count * classes);
  for (let i = 0; i < count; i++) rows[i * classes + data[i]] = 1;
  return { shape: [count, classes], data: rows };
}
