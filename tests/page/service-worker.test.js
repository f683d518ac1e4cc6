import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

/** What the service worker does with each kind of request and response; threads.test.js has it in browsers. */

const source = readFileSync(new URL('../../dist/service-worker.js', import.meta.url), 'utf8');

/** @typedef {Map<string, Map<string, Response>>} Storage what Cache Storage holds: address → response, by cache */

const HERE = 'https://somebody.example/page/';
const FILES = [...new Set([...source.matchAll(/"((?:assets|icons)\/[^"]+|index\.html\?[^"]+|manifest[^"]+)"/g)].map(([, name]) => name))];
const PAGE = FILES.find((name) => name.startsWith('index.html?')) ?? '';
const ENTRY = FILES.find((name) => /^assets\/index-/.test(name)) ?? '';

/** A Cache Storage over maps. @param {Storage} storage @param {(name: string) => void} [onPut] */
function cachesOver(storage, onPut = () => {}) {
  const whole = (/** @type {string} */ name) => new URL(name, HERE).href;
  const bare = (/** @type {string} */ address) => address.split('?')[0];
  /** @param {Map<string, Response>} files @param {string} name @param {any} [options] */
  const find = (files, name, { ignoreSearch = false } = {}) =>
    [...files].find(([address]) => (ignoreSearch ? bare(address) === bare(whole(name)) : address === whole(name)))?.[1].clone();
  return {
    keys: async () => [...storage.keys()],
    delete: async (/** @type {string} */ name) => storage.delete(name),
    match: async (/** @type {string} */ name, /** @type {any} */ { cacheName = undefined, ...options } = {}) =>
      [...storage].filter(([each]) => !cacheName || each === cacheName).map(([, files]) => find(files, name, options)).find(Boolean),
    open: async (/** @type {string} */ cacheName) => {
      const files = storage.get(cacheName) ?? new Map();
      storage.set(cacheName, files);
      return {
        match: async (/** @type {string} */ name) => find(files, name),
        put: async (/** @type {string} */ name, /** @type {Response} */ response) => void (onPut(name), files.set(whole(name), response)),
      };
    },
  };
}

/**
 * The service worker, in a browser of ours.
 * @param {{ network?: (address: string) => any, storage?: Storage, caches?: any, active?: boolean, tabs?: number }} [options]
 */
function start({ network = () => new Response(''), storage = new Map(), caches = cachesOver(storage), active = false, tabs = 1 } = {}) {
  /** @type {Map<string, (event: any) => void>} */
  const listeners = new Map();
  /** @type {string[]} */
  const told = [];
  const scope = {
    addEventListener: (/** @type {string} */ type, /** @type {any} */ listener) => listeners.set(type, listener),
    registration: { active: active ? {} : null },
    skipWaiting: async () => void told.push('skipWaiting'),
    clients: { claim: () => new Promise(() => {}), matchAll: async () => Array(tabs).fill({}) },
  };
  const fetch = async (/** @type {any} */ request) => network(request.url ?? request);
  new Function('self', 'location', 'fetch', 'caches', source)(scope, new URL('service-worker.js', HERE), fetch, caches);

  /** @param {string} type @param {object} [event] */
  async function happens(type, event) {
    /** @type {Promise<any>[]} */
    const waits = [];
    listeners.get(type)?.({ ...event, waitUntil: (/** @type {Promise<any>} */ work) => waits.push(work) });
    await Promise.all(waits);
  }

  return {
    told,
    storage,
    install: () => happens('install'),
    activate: () => happens('activate'),
    /** @param {string} data */
    message: (data) => happens('message', { data, source: { postMessage: (/** @type {string} */ text) => told.push(text) } }),
    /** The answer it gives, or undefined where it leaves the request to the browser. @param {object} request @returns {Promise<any> | undefined} */
    fetch(request) {
      /** @type {Promise<any> | undefined} */
      let answer;
      const whole = { url: HERE, method: 'GET', headers: new Headers(), cache: 'default', mode: 'navigate', destination: 'document', ...request };
      listeners.get('fetch')?.({ request: whole, respondWith: (/** @type {Promise<any>} */ given) => (answer = given) });
      return answer;
    },
  };
}

/** With nothing in the cache. @param {object} request @param {any} response what the network answers */
const answered = (request, response) => start({ network: () => response }).fetch(request);

/** A network that has this version of everything. @param {string} address */
const deployed = (address) => new Response(address === PAGE ? `<script src="./${ENTRY}">` : address);

/** An earlier version's cache. */
const EARLIER = `fitting-room ${HERE} 00000001`;
const earlier = () => new Map([[EARLIER, new Map([[`${HERE}assets/old.js`, new Response('old')], [`${HERE}index.html?1`, new Response('old page')]])]]);

const SCRIPT = { mode: 'cors', destination: 'script' };

/** @param {Response} response */
const isolation = ({ headers }) => [headers.get('cross-origin-opener-policy'), headers.get('cross-origin-embedder-policy')];

test('documents and workers get the headers, and keep what they had', async () => {
  const requests = [{}, { mode: 'cors', destination: 'worker' }, { mode: 'same-origin', destination: 'worker' }, { cache: 'only-if-cached', mode: 'same-origin', destination: 'worker' }];
  for (const request of requests) {
    const answer = await answered(request, new Response('text', { headers: { 'Content-Type': 'text/html', ETag: '"1"' } }));
    assert.deepEqual(isolation(answer), ['same-origin', 'require-corp']);
    assert.equal(answer.headers.get('content-type'), 'text/html');
    assert.equal(answer.headers.get('etag'), '"1"');
    assert.equal(await answer.text(), 'text');
  }
});

test('a host’s own, other headers give way', async () => {
  const headers = { 'Cross-Origin-Embedder-Policy': 'unsafe-none', 'Cross-Origin-Opener-Policy': 'unsafe-none' };
  assert.deepEqual(isolation(await answered({}, new Response('', { headers }))), ['same-origin', 'require-corp']);
});

test('statuses stay, also those without a body', async () => {
  for (const status of [206, 304, 404, 503]) {
    const answer = await answered({}, new Response(status === 304 ? null : 'text', { status, statusText: 'as it was' }));
    assert.deepEqual([answer.status, answer.statusText], [status, 'as it was']);
    assert.deepEqual(isolation(answer), ['same-origin', 'require-corp']);
  }
});

test('redirects and errors reach the browser as they are', async () => {
  for (const response of [Response.error(), { status: 0, type: 'opaqueredirect' }, { status: 0, type: 'opaque' }]) {
    assert.equal(await answered({}, response), response);
  }
});

test('everything else is left to the browser', () => {
  const others = [
    { url: 'https://elsewhere.example/', destination: 'iframe' },
    { url: `${HERE}fashion-mnist/train-images-idx3-ubyte.gz`, mode: 'cors', destination: '' },
    { url: `${HERE}service-worker.js`, mode: 'cors', destination: 'script' },
    { url: 'https://somebody.example/assets/other.png', mode: 'no-cors', destination: 'image' },
    { url: `https://elsewhere.example/page/${ENTRY}`, ...SCRIPT },
    { url: HERE + ENTRY, ...SCRIPT, headers: new Headers({ Range: 'bytes=0-9' }) },
    { method: 'POST' },
    { cache: 'only-if-cached', mode: 'no-cors', destination: 'worker' },
  ];
  for (const request of others) assert.equal(answered(request, new Response('')), undefined, JSON.stringify(request));
});

test('a first visit: installed at once, and filled when the page asks', async () => {
  const worker = start({ network: deployed });
  await worker.install();
  assert.deepEqual([worker.told, worker.storage.size], [['skipWaiting'], 0]);
  await worker.activate();
  await worker.message('fill');
  assert.deepEqual(worker.told, ['skipWaiting', 'filled']);
  const [files] = worker.storage.values();
  assert.deepEqual([...files.keys()], FILES.map((name) => HERE + name));
  assert.equal(FILES.at(-1), PAGE);
});

test('what is kept is answered without the network, the page under any query, and with the headers', async () => {
  const { storage, ...filler } = start({ network: deployed });
  await filler.message('fill');
  const worker = start({ storage, network: () => Promise.reject(new TypeError('no network')) });
  assert.equal(await (await worker.fetch({ url: HERE + ENTRY, ...SCRIPT })).text(), ENTRY);
  assert.equal(await (await worker.fetch({ url: `${HERE}icons/icon.svg`, mode: 'no-cors', destination: 'image' })).text(), FILES.find((name) => /icon\.svg/.test(name)));
  for (const address of [HERE, `${HERE}?epochs=3`, `${HERE}index.html?x#y`]) {
    const page = await worker.fetch({ url: address });
    assert.match(await page.text(), /<script/);
    assert.deepEqual(isolation(page), ['same-origin', 'require-corp']);
  }
  await assert.rejects(worker.fetch({ url: `${HERE}other.html` }) ?? Promise.resolve());
});

test('an update: filled before it is installed, from what is there already, and waits until told', async () => {
  const storage = earlier();
  const same = FILES[0];
  storage.get(EARLIER)?.set(HERE + same, new Response('the same file'));
  /** @type {string[]} */
  const asked = [];
  const worker = start({ storage, active: true, network: (address) => (asked.push(address), deployed(address)) });
  await worker.install();
  assert.deepEqual(worker.told, []);
  assert.deepEqual(asked, FILES.filter((name) => name !== same));
  await worker.message('use');
  assert.deepEqual(worker.told, ['skipWaiting']);
  await worker.activate();
  assert.equal(storage.size, 1);
  assert.ok(!storage.has(EARLIER));
});

test('an earlier version is kept while another tab may still use it', async () => {
  const storage = earlier();
  await start({ storage, active: true, network: deployed }).install();
  const worker = start({ storage, tabs: 2 });
  await worker.activate();
  assert.equal(await (await worker.fetch({ url: `${HERE}assets/old.js`, ...SCRIPT })).text(), 'old');
  assert.match(await (await worker.fetch({})).text(), /<script/, 'the new page');
  await start({ storage }).message('fill');
  assert.ok(!storage.has(EARLIER));
});

test('a later version that waits is left alone', async () => {
  const worker = start({ network: deployed });
  await worker.message('fill');
  worker.storage.set(`fitting-room ${HERE} 99999999`, new Map());
  await worker.message('fill');
  assert.equal(worker.storage.size, 2);
});

test('other caches of the host are left alone', async () => {
  const storage = new Map(['fitting-room-fashion-mnist-v1', `fitting-room ${HERE}inner/ 00000001`, 'somebody'].map((name) => [name, new Map()]));
  const worker = start({ storage, network: deployed });
  await worker.message('fill');
  await worker.activate();
  assert.equal(storage.size, 4);
});

test('a server that is behind, or fails: nothing incomplete is ever taken for the page', async () => {
  const failures = [
    (/** @type {string} */ address) => (address === PAGE ? new Response('<script src="./assets/index-earlier.js">') : deployed(address)),
    (/** @type {string} */ address) => (address === ENTRY ? new Response('', { status: 404 }) : deployed(address)),
    () => Promise.reject(new TypeError('no network')),
  ];
  for (const network of failures) {
    const update = start({ storage: earlier(), active: true, network });
    await assert.rejects(update.install(), 'it is not installed');
    assert.ok(update.storage.has(EARLIER));
    const first = start({ network });
    await first.message('fill');
    assert.deepEqual(first.told, []);
    assert.equal(await (await start({ storage: first.storage, network: () => new Response('from the network') }).fetch({})).text(), 'from the network');
  }
});

test('storage that is full, or refused: the network answers', async () => {
  const full = () => {
    throw new DOMException('full', 'QuotaExceededError');
  };
  const refused = { open: full, match: full, keys: async () => [], delete: full };
  for (const caches of [cachesOver(new Map(), full), refused]) {
    const worker = start({ caches, network: () => new Response('from the network') });
    await worker.install();
    await worker.message('fill');
    assert.deepEqual(worker.told, ['skipWaiting']);
    assert.equal(await (await worker.fetch({})).text(), 'from the network');
    assert.equal(await (await worker.fetch({ url: HERE + ENTRY, ...SCRIPT })).text(), 'from the network');
  }
});
