/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** The smallest measured value, NaN if there is none. @param {number[]} values */
export function least(values) {
  const measured = values.filter((value) => !Number.isNaN(value));
  return measured.length ? Math.min(...measured) : NaN;
}

/**
 * The shortest of many runs, in milliseconds: the machine's speed when nothing else disturbs it.
 * @param {() => unknown} run
 * @param {number} times
 */
export function fastest(run, times) {
  let best = Infinity;
  for (let i = 0; i < times + 10; i++) {
    const start = performance.now();
    run();
    if (i >= 10) best = Math.min(best, performance.now() - start);
  }
  return best;
}
