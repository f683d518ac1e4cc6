/**
 * Gives the page cross-origin isolation, which threads need, and its workers the page's policy, on hosts that do not
 * send these headers, and caches the page's files for use without a network. The dataset is not among them: the API
 * caches and checks it itself.
 *
 * Other pages of the same origin can write to every cache, so a cached file is used only if it has the build's digest.
 * Files from the network are the host's responsibility, but are cached only if they have it.
 *
 * A first visit fills the cache when the page asks for it, so that nothing delays the page. An update fills its own
 * cache before it is installed, and then waits: until the page says so, or until no page of the old version is left.
 */

/**
 * A ServiceWorkerGlobalScope, as far as it is used here.
 * @typedef {object} ServiceScope
 * @property {(name: string, listener: (event: ServiceEvent) => void) => void} addEventListener
 * @property {{ claim: () => Promise<void>, matchAll: () => Promise<unknown[]> }} clients
 * @property {ServiceWorkerRegistration} registration
 * @property {() => Promise<void>} skipWaiting
 *
 * @typedef {Message & { request: Request, waitUntil: (work: Promise<unknown>) => void,
 *   respondWith: (response: Promise<Response>) => void }} ServiceEvent
 * @typedef {{ data: 'fill' | 'use', source: { postMessage: (message: string) => void } }} Message
 */

const scope = /** @type {ServiceScope} */ (/** @type {unknown} */ (self));

// Put in by the build: the SHA-256 of each file, in base64; index.html is the last one, so a cache that has it is
// complete.
/** @typedef {Record<string, string>} Digests */
const FILES = /** @type {Digests} */ (/** @type {unknown} */ ('%FILES%'));
const DIGESTS = { .../** @type {Digests} */ (/** @type {unknown} */ ('%NOT_KEPT%')), ...FILES };
const POLICY = '%POLICY%';
const FRAMING = '%FRAMING%';

const PAGE = 'index.html';
const LIST = 'files.json'; // in a cache: the digests of its files
const FOLDER = new URL('./', location.href).href;
const OURS = `fitting-room ${FOLDER} `; // other copies of the page may live on the same host
const CACHE = cacheNamed(JSON.stringify(FILES)); // a version is its files

const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp', // Safari ignores credentialless
};
/** By the ends of names: what a file is, is not for its host or a cache to say. @type {Record<string, string>} */
const TYPES = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript',
  mjs: 'text/javascript',
  wasm: 'application/wasm',
  svg: 'image/svg+xml',
  png: 'image/png',
  txt: 'text/plain; charset=utf-8',
  webmanifest: 'application/manifest+json',
};

scope.addEventListener('install', (event) => event.waitUntil(install()));
scope.addEventListener('activate', (event) => {
  scope.clients.claim(); // not waited for: Firefox asks every worker, and the core's threads, asleep, never answer
  event.waitUntil(tidy());
});
scope.addEventListener('message', (event) => event.waitUntil(obey(event)));
scope.addEventListener('fetch', (event) => {
  const { request } = event;
  if (concernsUs(request)) event.respondWith(answer(request));
});

async function install() {
  const earlier = await cachesOfOurs().catch(() => []);
  await (earlier.length > 0 && scope.registration.active ? fill() : scope.skipWaiting());
}

/** @param {Message} message */
async function obey({ data, source }) {
  if (data === 'use') return scope.skipWaiting();
  await fill().then(
    () => source.postMessage('filled'),
    () => {},
  ); // no network, no space, a wrong file: the next visit asks again
  await tidy();
}

/** One file after the other, so that the page's own requests come first. */
async function fill() {
  const cache = await caches.open(await CACHE);
  for (const name of Object.keys(FILES)) {
    const there = await cache.match(name);
    if (there && (await checked(name, there))) continue;
    const right = (await kept(name)) ?? (await fetched(name)).right;
    if (!right) throw new Error(name);
    await cache.put(name, right);
  }
  await cache.put(LIST, new Response(JSON.stringify(FILES)));
}

/**
 * What the network has: `right` where that is what the build made. A server that is behind, or answers with a page for
 * what it has not, is asked again
 * at the next visit.
 * @param {string} name
 */
async function fetched(name) {
  const first = await fetch(name, { mode: 'same-origin' }); // which no redirect leads elsewhere
  const right = (first.ok && (await checked(name, first.clone()))) || null;
  if (right) return { first, right };
  // not from the browser's own cache, which may keep a wrong file for long
  const again = await fetch(name, { mode: 'same-origin', cache: 'reload' });
  return { first, right: (again.ok && (await checked(name, again))) || null };
}

/**
 * The content of a response, where it is what the build made; nothing else of the response, such as its headers, is
 * taken over.
 * @param {string} name @param {Response} response is read @param {string} [digest]
 */
async function checked(name, response, digest = DIGESTS[name]) {
  const bytes = await response.arrayBuffer();
  if ((await digestOf(bytes)) !== digest) return null;
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
  return new Response(bytes, { headers: { 'content-type': type } });
}

/** @param {BufferSource} bytes */
async function digestOf(bytes) {
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))));
}

/** The cache of the files in a list of digests. @param {string} list */
async function cacheNamed(list) {
  return OURS + (await digestOf(new TextEncoder().encode(list)));
}

/** Those of this version and others, oldest first. */
const cachesOfOurs = async () => (await caches.keys()).filter((name) => name.startsWith(OURS));

/** Removes earlier versions, unless a second tab may still be using one. A later one may be waiting behind this. */
async function tidy() {
  if ((await scope.clients.matchAll()).length > 1) return;
  const names = await cachesOfOurs();
  const old = names.slice(0, Math.max(0, names.indexOf(await CACHE)));
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** @param {Request} request */
function concernsUs(request) {
  const { url, method, headers, cache, mode } = request;
  if (cache === 'only-if-cached' && mode !== 'same-origin') return false; // fetch would refuse it
  if (method !== 'GET' || headers.has('range') || !url.startsWith(FOLDER)) return false;
  return isOurs(nameOf(request));
}

/** Some hosts take several slashes for one. @param {Request} request */
const nameOf = ({ url }) => url.slice(FOLDER.length).split(/[?#]/)[0].replace(/^\/+/, '') || PAGE;

/** Whether this version, or another one, has such a file. @param {string} name */
const isOurs = (name) => name.startsWith('assets/') || Object.hasOwn(DIGESTS, name);

/** @param {Request} request */
async function answer(request) {
  const name = nameOf(request);
  const response = (await kept(name).catch(() => null)) ?? (await fromNetwork(name, request));
  if (/worker$/.test(request.destination)) return withHeaders(response, POLICY);
  // which brings its own policy, and cannot say in it who may frame it
  return name === PAGE ? withHeaders(response, FRAMING) : response;
}

/** As the host has it; only what is right is ever kept. @param {string} name @param {Request} request */
async function fromNetwork(name, request) {
  if (request.mode === 'navigate') return fetch(request); // there may be a new page
  if (!Object.hasOwn(DIGESTS, name)) return fetch(request, { mode: 'same-origin' });
  const { first, right } = await fetched(name);
  return right ?? first;
}

/**
 * A file of this version, or a script that only another version has, which a tab may still be using.
 * @param {string} name
 * @returns {Promise<Response | null>}
 */
async function kept(name) {
  const mine = await CACHE;
  for (const cacheName of [mine, ...(await cachesOfOurs())]) {
    const response = await caches.match(name, { cacheName });
    if (!response) continue;
    const digest = DIGESTS[name] ?? (name.startsWith('assets/') ? (await listIn(cacheName))[name] : undefined);
    const right = digest && (await checked(name, response, digest));
    if (right) return right;
    if (cacheName === mine) await (await caches.open(mine)).delete(name); // the next visit fetches it again
  }
  return null;
}

/**
 * The digests in a cache that is named by them: an earlier version's.
 * @param {string} cacheName
 * @returns {Promise<Digests>}
 */
async function listIn(cacheName) {
  const list = (await (await caches.match(LIST, { cacheName }))?.text()) ?? '';
  return cacheName === (await cacheNamed(list)) ? JSON.parse(list) : {};
}

/**
 * The same response with the headers. Redirects and errors (status 0) are for the browser as they are.
 * @param {Response} response
 * @param {string} policy to add to the host's
 */
function withHeaders(response, policy) {
  const { body, status, statusText } = response;
  if (status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  headers.append('content-security-policy', policy);
  return new Response(body, { status, statusText, headers });
}
