/** @param {{ initialLearningRate: number, decaySteps: number, decayRate: number, staircase?: boolean }} options */
export const exponentialDecay =
  ({ initialLearningRate, decaySteps, decayRate, staircase = false }) =>
  (/** @type {number} */ step) =>
    initialLearningRate * decayRate ** (staircase ? Math.floor(step / decaySteps) : step / decaySteps);

/**
 * @param {{ initialLearningRate: number, decaySteps: number, alpha?: number, warmupTarget?: number, warmupSteps?:
 *   number }} options
 */
export const cosineDecay =
  ({ initialLearningRate, decaySteps, alpha = 0, warmupTarget, warmupSteps = 0 }) =>
  (/** @type {number} */ step) => {
    /** @param {number} from @param {number} at */
    const decayed = (from, at) =>
      from * ((1 - alpha) * 0.5 * (1 + Math.cos((Math.PI * Math.min(at, decaySteps)) / decaySteps)) + alpha);
    if (warmupTarget === undefined) return decayed(initialLearningRate, step);
    if (step < warmupSteps) return initialLearningRate + ((warmupTarget - initialLearningRate) * step) / warmupSteps;
    return decayed(warmupTarget, step - warmupSteps);
  };

/** A boundary belongs to the values before it. @param {{ boundaries: number[], values: number[] }} options */
export const piecewiseConstantDecay =
  ({ boundaries, values }) =>
  (/** @type {number} */ step) =>
    values[boundaries.filter((boundary) => step > boundary).length];

/** @param {number} from @param {number} to @param {number} share of half a cosine */
const annealed = (from, to, share) => to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));

/**
 * As PyTorch's OneCycleLR; Keras has none.
 * @param {{ maxLearningRate: number, totalSteps: number, warmupShare?: number, divFactor?: number, finalDivFactor?:
 *   number }} options
 */
export const oneCycle =
  ({ maxLearningRate, totalSteps, warmupShare = 0.3, divFactor = 25, finalDivFactor = 1e4 }) =>
  (/** @type {number} */ step) => {
    const [top, end] = [warmupShare * totalSteps - 1, totalSteps - 1];
    const first = maxLearningRate / divFactor;
    if (step <= top) return annealed(first, maxLearningRate, step / top);
    return annealed(maxLearningRate, first / finalDivFactor, Math.min(1, (step - top) / (end - top)));
  };
