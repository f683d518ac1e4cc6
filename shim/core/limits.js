/**
 * The core's limits, for checks before a core is loaded. The core states the same numbers, and Core compares the two
 * when it loads one.
 */
export const LIMITS = Object.freeze({
  maxBatch: 65536,
  maxElements: 2 ** 26, // in a sample between two layers, or in a weight
  maxLayers: 256,
  maxSources: 8, // inputs of one layer
  maxStates: 3, // kept by an optimizer for each weight
  maxThreads: 16,
  maxUnits: 65536,
  maxWindow: 255, // kernel size, pool size, stride and padding on each side
});
