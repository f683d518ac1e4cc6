/** @param {{ initialLearningRate: number, decaySteps: number, decayRate: number, staircase?: boolean }} options */
export const exponentialDecay = ({ initialLearningRate, decaySteps, decayRate, staircase = false }) => (/** @type {number} */ step) =>
  initialLearningRate * decayRate ** (staircase ? Math.floor(step / decaySteps) : step / decaySteps);

/** @param {{ initialLearningRate: number, decaySteps: number, alpha?: number, warmupTarget?: number, warmupSteps?: number }} options */
export const cosineDecay = ({ initialLearningRate, decaySteps, alpha = 0, warmupTarget, warmupSteps = 0 }) => (/** @type {number} */ step) => {
  /** @param {number} from @param {number} at */
  const decayed = (from, at) =>
    from * ((1 - alpha) * 0.5 * (1 + Math.cos((Math.PI * Math.min(at, decaySteps)) / decaySteps)) + alpha);
  if (warmupTarget === undefined) return decayed(initialLearningRate, step);
  if (step < warmupSteps) return initialLearningRate + ((warmupTarget - initialLearningRate) * step) / warmupSteps;
  return decayed(warmupTarget, step - warmupSteps);
};

/** A boundary belongs to the values before it. @param {{ boundaries: number[], values: number[] }} options */
export const piecewiseConstantDecay = ({ boundaries, values }) => (/** @type {number} */ step) =>
  values[boundaries.filter((boundary) => step > boundary).length];
