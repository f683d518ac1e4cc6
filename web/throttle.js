/**
 * Passes on what comes, but not too often.
 * @template Event
 * @param {number} interval ms
 * @param {(event: Event) => void} emit
 */
export function atMostEvery(interval, emit) {
  let last = -Infinity;
  return (/** @type {Event} */ event) => {
    const now = performance.now();
    if (now - last < interval) return;
    last = now;
    emit(event);
  };
}
