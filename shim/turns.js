/** @type {(() => void)[]} */
const waiting = [];

/** @type {MessagePort | undefined} opened with the first wait, so that an idle page holds nothing open */
let port;

function openPort() {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => waiting.shift()?.();
  return port2;
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
