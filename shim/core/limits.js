/**
 * What the core can hold, for checks that come before a core is loaded. The core has the same numbers, and Core
 * compares the two when it loads one.
 */
export const LIMITS = Object.freeze({
  maxBatch: 65536,
  maxElements: 2 ** 26, // of a sample between two layers, or of a weight
  maxLayers: 128,
  maxSources: 8, // that one layer reads
  maxStates: 3, // that an optimizer keeps for each weight
  maxThreads: 16,
  maxUnits: 65536,
  maxWindow: 255, // kernel, pool, stride and padding, each side
});
