/** @type {(() => void)[]} */
const waiting = [];

/** @type {MessagePort | undefined} opened with the first wait, so that an idle page holds nothing open */
let port;

function openPort() {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => waiting.shift()?.();
  return port2;
}

/** How long work goes on before others have their turn; less where a page waits to be painted. */
export const SLICE_MS = 'document' in globalThis ? 30 : 60;

let lastTurn = -Infinity;

/**
 * For loops of short work: gives way to other tasks where none had its turn for SLICE_MS. Costs nothing otherwise, so
 * that a single picture is not held up.
 */
export async function giveWay() {
  if (Math.abs(performance.now() - lastTurn) < SLICE_MS) return;
  await nextTask();
  lastTurn = performance.now();
}

/**
 * Resolves in a task of its own, so that messages and input get their turn; unlike a timer, it is not
 * held back in a hidden tab.
 * @returns {Promise<void>}
 */
export function nextTask() {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    port ??= openPort();
    waiting.push(resolve);
    port.postMessage(0);
  });
}
