/**
 * l1 · Σ|w| + l2 · Σw²
 * @param {{ l1?: number, l2?: number } | undefined} regularizer
 * @param {Float64Array} weights
 */
export function penaltyOf(regularizer, weights) {
  if (!regularizer) return 0;
  const { l1 = 0, l2 = 0 } = regularizer;
  return weights.reduce((sum, w) => sum + l1 * Math.abs(w) + l2 * w * w, 0);
}
