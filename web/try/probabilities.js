/** @typedef {import('fitting-room').Model} Model */

const ALREADY = ['softmax', 'sigmoid'];

/**
 * A model's outputs as probabilities. Models that other tools trained often end before softmax: what they give are
 * scores.
 * @param {Model} model
 * @param {{ shape: readonly number[], data: ArrayLike<number> }} outputs [n, classes]
 * @returns {Float32Array} [n, classes]
 */
export function probabilitiesOf(model, { shape, data }) {
  const { activation } = model.layers[model.layers.length - 1].config;
  if (activation && ALREADY.includes(activation)) return Float32Array.from(data);
  const [n, classes] = shape;
  const shares = new Float32Array(n * classes);
  for (let i = 0; i < n; i++) {
    const scores = Array.from({ length: classes }, (_, k) => data[i * classes + k]);
    const largest = Math.max(...scores);
    const powers = scores.map((score) => Math.exp(score - largest));
    const sum = powers.reduce((all, power) => all + power);
    shares.set(
      powers.map((power) => power / sum),
      i * classes,
    );
  }
  return shares;
}
