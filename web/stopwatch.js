/**
 * Counts seconds in which the page ran: work is not to blame for a computer that slept meanwhile.
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
