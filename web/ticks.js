/** The positions of the marks on a plot's axes. */

/**
 * The smallest round number that is at least `least`.
 * @param {number} least > 0
 * @param {number[]} [multiples] of a power of ten that are round, ascending from 1 to 10
 */
export function roundStep(least, multiples = [1, 2, 2.5, 5, 10]) {
  const power = 10 ** Math.floor(Math.log10(least));
  const multiple = multiples.find((each) => each * power >= least * (1 - 1e-9)) ?? 10;
  return Number((multiple * power).toPrecision(6));
}

/** The multiples of `step` from `low` to `high`. @param {number} low @param {number} high @param {number} step */
export function multiplesOf(step, low, high) {
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

/** The number of digits after the decimal point that distinguish multiples of `step`. @param {number} step */
export const digitsOf = (step) => String(step).split('.')[1]?.length ?? 0;
