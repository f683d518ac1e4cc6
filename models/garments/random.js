/**
 * Random numbers from 0 to 1 from a seed: mulberry32 (Tommy Ettinger, 2017, public domain).
 * @param {number} seed
 */
export function randomFrom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    /** @param {number} low @param {number} high */
    between: (low, high) => low + (high - low) * next(),
    /** From −limit to limit. @param {number} limit */
    around: (limit) => (next() * 2 - 1) * limit,
    /** @param {number} probability */
    happens: (probability) => next() < probability,
    sign: () => (next() < 0.5 ? -1 : 1),
    /** An integer from 0 to below `limit`. @param {number} limit */
    below: (limit) => Math.floor(next() * limit),
  };
}

/** @typedef {ReturnType<typeof randomFrom>} Random */
