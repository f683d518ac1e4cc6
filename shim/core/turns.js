/** @type {(() => void)[]} */
const waiting = [];

/** @type {MessagePort | undefined} opened at the first wait, so that an idle page holds no port open */
let port;

function openPort() {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => waiting.shift()?.();
  return port2;
}

/** How long a slice of work lasts before other tasks run; shorter in a page, which has to be painted. */
export const SLICE_MS = 'document' in globalThis ? 30 : 60;

let lastTurn = -Infinity;

/**
 * For loops of short work: lets other tasks run if none has had a turn for SLICE_MS. Otherwise it returns at once, so
 * that a single image is not delayed.
 */
export async function giveWay() {
  if (Math.abs(performance.now() - lastTurn) < SLICE_MS) return;
  await nextTask();
  lastTurn = performance.now();
}

/**
 * Resolves in a new task, so that messages and input are handled first. Unlike a timer, it is not throttled in a hidden
 * tab.
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
