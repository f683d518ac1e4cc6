/* Random numbers for everything around a model; what the model itself draws comes from the core. */

/** @param {number | string} seed @returns {number} 32 bits */
function bitsOf(seed) {
  let bits = 2166136261; // FNV-1a
  for (const character of String(seed))
    bits = Math.imul(bits ^ /** @type {number} */ (character.codePointAt(0)), 16777619);
  return bits >>> 0;
}

/**
 * A function that gives numbers in [0, 1), the same for the same seed (Mulberry32, by Tommy Ettinger).
 * @param {number | string} [seed] default: others each time
 * @returns {() => number}
 */
export function randomOf(seed) {
  if (seed === undefined || seed === null) return Math.random;
  let state = bitsOf(seed);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param {number} count @param {number} low @param {number} high @param {number | string} [seed] */
export function uniforms(count, low, high, seed) {
  const random = randomOf(seed);
  return Float64Array.from({ length: count }, () => low + (high - low) * random());
}

/**
 * @param {number} count
 * @param {{ mean?: number, deviation?: number, seed?: number | string, most?: number }} [options] most: numbers further
 *   than this many deviations from the mean are drawn again; default: none
 */
export function normals(count, { mean = 0, deviation = 1, seed, most = Infinity } = {}) {
  const random = randomOf(seed);
  /** Box and Muller's. @returns {number} */
  const draw = () => {
    const value = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.abs(value) <= most ? value : draw();
  };
  return Float64Array.from({ length: count }, () => mean + deviation * draw());
}

/**
 * Puts the entries of arrays of one length into a new order, the same for all.
 * @param {{ [index: number]: any, length: number }[]} arrays
 * @param {() => number} [random]
 */
export function shuffleTogether(arrays, random = Math.random) {
  for (let i = arrays[0].length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    for (const array of arrays) [array[i], array[j]] = [array[j], array[i]];
  }
}
