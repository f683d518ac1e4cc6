/**
 * Gives the page cross-origin isolation, which threads need, on hosts that do not send its headers. Only documents and
 * workers need them; whatever else the page loads stays between it and the network.
 */

const scope = /** @type {any} */ (self); // a ServiceWorkerGlobalScope

const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp', // Safari ignores credentialless
};
const ISOLATED = ['document', 'frame', 'iframe', 'sharedworker', 'worker'];

scope.addEventListener('install', () => scope.skipWaiting());
scope.addEventListener('activate', (/** @type {any} */ event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener('fetch', (/** @type {any} */ event) => {
  if (concernsUs(event.request)) event.respondWith(answer(event.request));
});

/** @param {Request} request */
function concernsUs({ url, cache, mode, destination }) {
  if (cache === 'only-if-cached' && mode !== 'same-origin') return false; // fetch would refuse it
  return new URL(url).origin === location.origin && (mode === 'navigate' || ISOLATED.includes(destination));
}

/** @param {Request} request */
const answer = async (request) => isolated(await fetch(request));

/** The same response with the headers. Redirects and errors (status 0) are for the browser as they are. @param {Response} response */
function isolated(response) {
  if (response.status === 0) return response;
  const { body, status, statusText } = response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  return new Response(body, { status, statusText, headers });
}
