/**
 * Gives the page cross-origin isolation, which threads need, on hosts that do not send its headers, and keeps the page's
 * files for use without a network. The dataset is not among them: the API keeps it itself, checked.
 *
 * A first visit fills the cache when the page asks for it, so that nothing delays the page. An update fills its own
 * before it is installed, and then waits: until the page says so, or until no page of the old version is left.
 */

const scope = /** @type {any} */ (self); // a ServiceWorkerGlobalScope

// Put in by the build: a hash over everything, a word of index.html that only this version has, and the files of dist/.
// Names that stay the same carry a hash as their query; index.html is the last one, so a cache that has it is complete.
const VERSION = '%VERSION%';
const ENTRY = '%ENTRY%';
const FILES = /** @type {string[]} */ (/** @type {any} */ ('%FILES%'));
const PAGE = FILES[FILES.length - 1];
const FOLDER = new URL('./', location.href).href;
const OURS = `fitting-room ${FOLDER} `; // other copies of the page may live on the same host
const CACHE = OURS + VERSION;

const HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp', // Safari ignores credentialless
};
const ISOLATED = ['document', 'frame', 'iframe', 'sharedworker', 'worker'];

scope.addEventListener('install', (/** @type {any} */ event) => event.waitUntil(install()));
scope.addEventListener('activate', (/** @type {any} */ event) => {
  scope.clients.claim(); // not waited for: Firefox asks every worker, and the core's threads, asleep, never answer
  event.waitUntil(tidy());
});
scope.addEventListener('message', (/** @type {any} */ event) => event.waitUntil(obey(event)));
scope.addEventListener('fetch', (/** @type {any} */ event) => {
  const { request } = event;
  if (concernsUs(request)) event.respondWith(answer(request));
});

async function install() {
  const earlier = await found('index.html').catch(() => null);
  await (earlier && scope.registration.active ? fill() : scope.skipWaiting());
}

/** @param {{ data: 'fill' | 'use', source: any }} message */
async function obey({ data, source }) {
  if (data === 'use') return scope.skipWaiting();
  await fill().then(() => source.postMessage('filled'), () => {}); // no network, no space: the next visit asks again
  await tidy();
}

/** One file after the other, so that the page's own requests come first. */
async function fill() {
  const cache = await caches.open(CACHE);
  if (await cache.match(PAGE)) return;
  for (const file of FILES) await cache.put(file, (await caches.match(file)) ?? (await fetchNew(file)));
}

/** @param {string} file */
async function fetchNew(file) {
  const response = await fetch(file);
  // A server that is behind may still have an earlier page, whose scripts will be gone.
  const right = response.ok && (file !== PAGE || (await response.clone().text()).includes(ENTRY));
  if (!right) throw new Error(file);
  return response;
}

/** Removes earlier versions, unless a second tab may still be using one. A later one may be waiting behind this. */
async function tidy() {
  if ((await scope.clients.matchAll()).length > 1) return;
  const names = await caches.keys(); // oldest first
  const mine = names.indexOf(CACHE);
  const old = names.filter((name, i) => i < mine && name.startsWith(OURS));
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** @param {Request} request */
function concernsUs(request) {
  const { url, method, headers, cache, mode } = request;
  if (cache === 'only-if-cached' && mode !== 'same-origin') return false; // fetch would refuse it
  if (method !== 'GET' || headers.has('range') || !url.startsWith(FOLDER)) return false;
  return toIsolate(request) || isKept(nameOf(request));
}

/** @param {Request} request */
const toIsolate = ({ mode, destination }) => mode === 'navigate' || ISOLATED.includes(destination);

/** @param {Request} request */
const nameOf = ({ url }) => url.slice(FOLDER.length).split(/[?#]/)[0] || 'index.html';

/** Whether this version, or an earlier one, has such a file. @param {string} name */
const isKept = (name) => name.startsWith('assets/') || FILES.some((file) => file.startsWith(`${name}?`));

/** @param {Request} request */
async function answer(request) {
  const response = (await kept(nameOf(request)).catch(() => undefined)) ?? (await fetch(request));
  return toIsolate(request) ? isolated(response) : response;
}

/** @param {string} name */
const kept = async (name) => (await found(name, CACHE)) ?? found(name);

/** @param {string} name with any query @param {string} [cacheName] */
const found = async (name, cacheName) => caches.match(name, { cacheName, ignoreSearch: true, ignoreVary: true });

/** The same response with the headers. Redirects and errors (status 0) are for the browser as they are. @param {Response} response */
function isolated(response) {
  const { body, status, statusText, headers } = response;
  if (status === 0) return response;
  return new Response(body, { status, statusText, headers: { ...Object.fromEntries(headers), ...HEADERS } });
}
