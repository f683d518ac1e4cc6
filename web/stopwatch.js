/**
 * Counts seconds in which the page ran, so that a computer's sleep does not count.
 * @param {number} seconds
 * @param {() => void} onEnd
 */
export function createStopwatch(seconds, onEnd) {
  let timer = 0;
  const stop = () => clearInterval(timer);
  function start() {
    let left = seconds;
    stop();
    timer = window.setInterval(() => {
      if (--left > 0) return;
      stop();
      onEnd();
    }, 1000);
  }
  return { start, stop };
}
