/**
 * Threads share memory, which browsers allow only in pages with the headers of cross-origin isolation. If the host
 * sends none, a service worker adds them from the next load on, so the page reloads once.
 */

const TIMEOUT = 3000; // ms; after that the page runs with one thread
const TRIED = 'fitting-room.isolation-tried';

/**
 * Resolves when the page may start: isolated, or as it is.
 * @param {() => boolean} mayReload whether a reload would lose nothing
 */
export async function isolate(mayReload) {
  if (globalThis.crossOriginIsolated) return forget();
  if (!couldBeIsolated()) return;
  const timeout = new Promise((resolve) => setTimeout(resolve, TIMEOUT, false));
  const added = await Promise.race([addHeaders().catch(() => false), timeout]);
  if (!added || !mayReload() || !firstTry()) return;
  location.reload();
  await new Promise((resolve) => setTimeout(resolve, TIMEOUT));
}

function couldBeIsolated() {
  if (globalThis.crossOriginIsolated === undefined || !navigator.serviceWorker) return false;
  const [visit] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType('navigation'));
  return !visit?.workerStart; // else a service worker has answered already, in vain
}

/** Resolves to true when the service worker will answer the next load. */
async function addHeaders() {
  const { active, waiting, installing } = await navigator.serviceWorker.register('service-worker.js');
  const worker = active ?? waiting ?? installing;
  return new Promise((resolve) => {
    const settle = () => {
      if (worker?.state === 'activated') resolve(true);
      if (worker?.state === 'redundant') resolve(false);
    };
    worker?.addEventListener('statechange', settle);
    settle();
  });
}

/** Never twice in a tab, and never where that cannot be known. */
function firstTry() {
  try {
    if (sessionStorage.getItem(TRIED)) return false;
    sessionStorage.setItem(TRIED, 'yes');
    return sessionStorage.getItem(TRIED) !== null;
  } catch {
    return false;
  }
}

function forget() {
  try {
    sessionStorage.removeItem(TRIED);
  } catch {
    // storage is refused: nothing was kept
  }
}
