import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

/**
 * What the service worker does with each kind of request and response; threads.test.js and offline.test.js test it in
 * browsers.
 */

const dist = new URL('../../dist/', import.meta.url);
const source = readFileSync(new URL('service-worker.js', dist), 'utf8');

/** @typedef {Map<string, Map<string, Response>>} Storage the contents of Cache Storage: address → response, by cache */

const HERE = 'https://somebody.example/page/';
const ALL = Array.from(
  source.matchAll(/"((?:assets|icons)\/[^"]+|[\w-]+\.\w+)":["`][\w+/]{43}=["`]/g),
  ([, name]) => name,
);
const NOT_KEPT = /^assets\/(sha256|formats-pack)-/;
const FILES = ALL.filter((name) => !NOT_KEPT.test(name));
const PAGE = 'index.html';
const ENTRY = FILES.find((name) => /^assets\/index-/.test(name)) ?? '';
const LIST = 'files.json';

/** A Cache Storage over maps. @param {Storage} storage @param {(name: string) => void} [onPut] */
function cachesOver(storage, onPut = () => {}) {
  const whole = (/** @type {string} */ name) => new URL(name, HERE).href;
  /** @param {Map<string, Response>} files @param {string} name */
  const find = (files, name) => files.get(whole(name))?.clone();
  return {
    keys: async () => [...storage.keys()],
    delete: async (/** @type {string} */ name) => storage.delete(name),
    match: async (/** @type {string} */ name, /** @type {{ cacheName?: string }} */ { cacheName } = {}) =>
      [...storage]
        .filter(([each]) => !cacheName || each === cacheName)
        .map(([, files]) => find(files, name))
        .find(Boolean),
    open: async (/** @type {string} */ cacheName) => {
      const files = storage.get(cacheName) ?? new Map();
      storage.set(cacheName, files);
      return {
        match: async (/** @type {string} */ name) => find(files, name),
        put: async (/** @type {string} */ name, /** @type {Response} */ response) =>
          void (onPut(name), files.set(whole(name), response)),
        delete: async (/** @type {string} */ name) => files.delete(whole(name)),
      };
    },
  };
}

/**
 * The service worker, in a simulated browser.
 * @param {{ network?: (address: string, options?: any) => any, storage?: Storage, caches?: any, active?: boolean,
 *   tabs?: number }} [options]
 */
function start({
  network = () => new Response(''),
  storage = new Map(),
  caches = cachesOver(storage),
  active = false,
  tabs = 1,
} = {}) {
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
  const fetch = async (/** @type {any} */ request, /** @type {any} */ options) =>
    network(request.url ?? request, options);
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
    message: (data) =>
      happens('message', { data, source: { postMessage: (/** @type {string} */ text) => told.push(text) } }),
    /**
     * Its answer, or undefined if it leaves the request to the browser.
     * @param {object} request
     * @returns {Promise<any> | undefined}
     */
    fetch(request) {
      /** @type {Promise<any> | undefined} */
      let answer;
      const whole = {
        url: HERE,
        method: 'GET',
        headers: new Headers(),
        cache: 'default',
        mode: 'navigate',
        destination: 'document',
        ...request,
      };
      listeners.get('fetch')?.({
        request: whole,
        respondWith: (/** @type {Promise<any>} */ given) => (answer = given),
      });
      return answer;
    },
  };
}

/**
 * With an empty cache.
 * @param {object} request
 * @param {any} response the network's answer, a new copy each time
 */
const answered = (request, response) =>
  start({ network: () => (response.status === 0 ? response : response.clone()) }).fetch(request);

/** A network that has this version of all files. @param {string} address */
const deployed = (address) => new Response(readFileSync(new URL(address.replace(HERE, '') || PAGE, dist)));

/**
 * The names of the files that the network was asked for; it also answers.
 * @param {(address: string) => any} [network]
 */
function recorded(network = deployed) {
  /** @type {string[]} */
  const asked = [];
  return { asked, network: (/** @type {string} */ address) => (asked.push(address), network(address)) };
}

/** The SHA-256 of a text, in base64. @param {string} text */
const digestOf = (text) => createHash('sha256').update(text).digest('base64');

const OLD = { 'assets/old.js': 'old', [PAGE]: 'old page' };
const OLD_LIST = JSON.stringify(Object.fromEntries(Object.entries(OLD).map(([name, text]) => [name, digestOf(text)])));

/** An earlier version's cache. */
const EARLIER = `fitting-room ${HERE} ${digestOf(OLD_LIST)}`;
/** @param {Record<string, string>} files */
const holding = (files) => new Map(Object.entries(files).map(([name, text]) => [HERE + name, new Response(text)]));
const earlier = () => new Map([[EARLIER, holding({ ...OLD, [LIST]: OLD_LIST })]]);

/** Without a byte-order mark, as in a response. @param {string} name */
const textOf = (name) => new TextDecoder().decode(readFileSync(new URL(name, dist)));

const SCRIPT = { mode: 'cors', destination: 'script' };

/** @param {Response} response */
const isolation = ({ headers }) => [
  headers.get('cross-origin-opener-policy'),
  headers.get('cross-origin-embedder-policy'),
];

test('documents and workers get the headers, workers the page’s policy, and keep what they had', async () => {
  const [, policy] = /** @type {RegExpExecArray} */ (
    /http-equiv="?Content-Security-Policy"? content="([^"]+)"/.exec(textOf(PAGE))
  );
  const framing = "frame-ancestors 'self'";
  const requests = [
    [{}, framing],
    [{ mode: 'cors', destination: 'worker', url: HERE + ENTRY }, policy],
    // as on hosts that treat two slashes as one
    [{ mode: 'cors', destination: 'worker', url: `${HERE}/${ENTRY}` }, policy],
    [{ mode: 'same-origin', destination: 'worker', url: `${HERE}assets/of-another-version.mjs` }, policy],
    [{ cache: 'only-if-cached', mode: 'same-origin', destination: 'sharedworker', url: HERE + ENTRY }, policy],
  ];
  for (const [request, wanted] of requests) {
    const answer = await answered(
      /** @type {object} */ (request),
      new Response('text', { headers: { 'Content-Type': 'text/html', ETag: '"1"' } }),
    );
    assert.deepEqual(isolation(answer), ['same-origin', 'require-corp']);
    assert.equal(answer.headers.get('content-security-policy'), wanted);
    assert.equal(answer.headers.get('content-type'), 'text/html');
    assert.equal(answer.headers.get('etag'), '"1"');
    assert.equal(await answer.text(), 'text');
  }
});

test('a host’s own, other headers of isolation give way; its policy holds as well', async () => {
  const headers = {
    'Cross-Origin-Embedder-Policy': 'unsafe-none',
    'Cross-Origin-Opener-Policy': 'unsafe-none',
    'Content-Security-Policy': "img-src 'none'",
  };
  const answer = await answered({}, new Response('', { headers }));
  assert.deepEqual(isolation(answer), ['same-origin', 'require-corp']);
  assert.equal(answer.headers.get('content-security-policy'), "img-src 'none', frame-ancestors 'self'");
});

test('statuses stay, also those without a body', async () => {
  for (const status of [206, 304, 404, 503]) {
    const answer = await answered(
      {},
      new Response(status === 304 ? null : 'text', { status, statusText: 'as it was' }),
    );
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
    { url: `${HERE}another-page.html` },
    { url: `${HERE}another/`, destination: 'iframe' },
    { url: `${HERE}another/worker.js`, mode: 'same-origin', destination: 'worker' },
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
  assert.deepEqual(
    [...files.keys()],
    [...FILES, LIST].map((name) => HERE + name),
  );
  assert.equal(FILES.at(-1), PAGE);
  assert.ok(FILES.length > 30 && FILES.includes('manifest.webmanifest'));
});

test('what is kept is answered without the network, the page under any query, and with the headers', async () => {
  const { storage, ...filler } = start({ network: deployed });
  await filler.message('fill');
  const worker = start({ storage, network: () => Promise.reject(new TypeError('no network')) });
  assert.equal(await (await worker.fetch({ url: HERE + ENTRY, ...SCRIPT })).text(), textOf(ENTRY));
  assert.equal(
    await (await worker.fetch({ url: `${HERE}icons/icon.svg?1`, mode: 'no-cors', destination: 'image' })).text(),
    textOf('icons/icon.svg'),
  );
  for (const address of [HERE, `${HERE}?epochs=3`, `${HERE}index.html?x#y`]) {
    const page = await worker.fetch({ url: address });
    assert.equal(await page.text(), textOf(PAGE));
    assert.deepEqual(isolation(page), ['same-origin', 'require-corp']);
  }
  await assert.rejects(worker.fetch({ url: `${HERE}assets/other.js`, ...SCRIPT }) ?? Promise.resolve());
});

test('an update: filled before it is installed, from what is there already, and waits until told', async () => {
  const storage = earlier();
  const [same, other] = FILES;
  storage
    .get(EARLIER)
    ?.set(HERE + same, new Response(readFileSync(new URL(same, dist))))
    .set(HERE + other, new Response('of the earlier version'));
  const { asked, network } = recorded();
  const worker = start({ storage, active: true, network });
  await worker.install();
  assert.deepEqual(worker.told, []);
  assert.deepEqual(
    asked,
    FILES.filter((name) => name !== same),
  );
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
  assert.equal(await (await worker.fetch({})).text(), textOf(PAGE), 'the new page');
  await start({ storage }).message('fill');
  assert.ok(!storage.has(EARLIER));
});

const FOREIGN = 'foreign()';
/**
 * What another page of the origin, or a host, may have done.
 * @type {[what: string, spoil: (storage: Storage, mine: string) => void][]}
 */
const SPOILS = [
  [
    'a cache of its own with files of these names',
    (storage) =>
      void storage.set(
        'somebody',
        holding(Object.fromEntries([...ALL, 'assets/other.js'].map((name) => [name, FOREIGN]))),
      ),
  ],
  [
    'such a cache that came first',
    (storage) => {
      const others = [...storage];
      storage.clear();
      storage.set('a', holding({ [ENTRY]: FOREIGN, [PAGE]: FOREIGN, 'assets/other.js': FOREIGN }));
      for (const [name, files] of others) storage.set(name, files);
    },
  ],
  [
    'a cache by a name like ours',
    (storage) =>
      void storage.set(
        `fitting-room ${HERE} 99999999`,
        holding({ [ENTRY]: FOREIGN, [PAGE]: FOREIGN, 'assets/other.js': FOREIGN }),
      ),
  ],
  [
    'one by a name like ours with a list',
    (storage) =>
      void storage.set(
        `fitting-room ${HERE} ${digestOf('another list')}`,
        holding({ 'assets/other.js': FOREIGN, [LIST]: JSON.stringify({ 'assets/other.js': digestOf(FOREIGN) }) }),
      ),
  ],
  [
    'one by the name that its list gives it',
    (storage) => {
      const files = Object.fromEntries([...ALL, 'another-page.html'].map((name) => [name, FOREIGN]));
      const list = JSON.stringify(Object.fromEntries(Object.keys(files).map((name) => [name, digestOf(FOREIGN)])));
      storage.set(`fitting-room ${HERE} ${digestOf(list)}`, holding({ ...files, [LIST]: list }));
    },
  ],
  [
    'other files in the cache itself',
    (storage, mine) =>
      void storage.set(mine, holding(Object.fromEntries([...ALL, 'assets/other.js'].map((name) => [name, FOREIGN])))),
  ],
];

for (const [what, spoil] of SPOILS) {
  test(`${what}: nothing of it is answered or adopted, on a first visit and later`, async () => {
    const empty = start({ network: deployed });
    await empty.message('fill');
    const [mine] = empty.storage.keys();
    for (const filled of [false, true]) {
      const worker = start({ storage: filled ? empty.storage : new Map(), network: deployed });
      spoil(worker.storage, mine);
      assert.equal(await (await worker.fetch({ url: HERE })).text(), textOf(PAGE));
      assert.equal(
        await (await worker.fetch({ url: HERE + ENTRY, mode: 'same-origin', destination: 'worker' })).text(),
        textOf(ENTRY),
      );
      for (const name of ALL)
        assert.equal(await (await worker.fetch({ url: HERE + name, ...SCRIPT })).text(), textOf(name), name);
      assert.equal(worker.fetch({ url: `${HERE}another-page.html` }), undefined);
      await assert.rejects(
        async () => worker.fetch({ url: `${HERE}assets/other.js`, ...SCRIPT }),
        /ENOENT/,
        'the network is asked',
      );
      await worker.message('fill');
      const kept = /** @type {Map<string, Response>} */ (worker.storage.get(mine));
      const offline = start({ storage: worker.storage, network: () => Promise.reject(new TypeError('no network')) });
      for (const name of FILES) {
        const answer = await offline.fetch({ url: HERE + name, ...SCRIPT })?.catch(() => null);
        if (answer) assert.deepEqual([answer.status, await answer.text()], [200, textOf(name)], name);
      }
      await worker.message('fill');
      for (const name of FILES)
        assert.equal(
          await kept
            .get(HERE + name)
            ?.clone()
            .text(),
          textOf(name),
          `${name} is right again`,
        );
    }
  });
}

test('a host that answers what it has not with a page: that is never kept, and asked for again later', async () => {
  const missing = FILES[1];
  const broken = (/** @type {string} */ address) =>
    address.endsWith(missing)
      ? new Response('<!doctype html>', { headers: { 'Content-Type': 'text/html' } })
      : deployed(address);
  const worker = start({ network: broken });
  await worker.message('fill');
  assert.deepEqual(worker.told, []);
  const [kept] = worker.storage.values();
  assert.ok(!kept.has(HERE + missing));
  const later = start({ storage: worker.storage, network: deployed });
  await later.message('fill');
  assert.deepEqual(later.told, ['filled']);
  assert.equal(
    await kept
      .get(HERE + missing)
      ?.clone()
      .text(),
    textOf(missing),
  );
});

test('right content with other headers: its type is ours, and nothing else is taken over', async () => {
  const headers = {
    'Content-Type': 'text/plain',
    'Content-Security-Policy': "script-src 'none'",
    Refresh: '0;url=https://elsewhere.example/',
    Vary: '*',
  };
  const spoilt = async (/** @type {string} */ address) =>
    new Response(await (await deployed(address)).arrayBuffer(), { headers });
  const worker = start({ network: spoilt });
  await worker.message('fill');
  assert.deepEqual(worker.told, ['filled']);
  const [mine] = worker.storage.keys();
  for (const [address, response] of worker.storage.get(mine) ?? []) {
    if (address.endsWith(LIST)) continue;
    assert.deepEqual([...response.headers.keys()], ['content-type'], address);
    assert.doesNotMatch(String(response.headers.get('content-type')), /plain(?!; charset)/, address);
  }
  for (const name of [PAGE, ENTRY]) {
    const bytes = await (await deployed(name)).arrayBuffer();
    worker.storage.get(mine)?.set(HERE + name, new Response(bytes, { status: 404, headers }));
    const answer = await worker.fetch({ url: HERE + name, ...SCRIPT });
    assert.deepEqual([answer.status, answer.headers.get('refresh')], [200, null]);
    assert.match(answer.headers.get('content-type'), name === PAGE ? /^text\/html/ : /^text\/javascript/);
  }
});

test('a script that the browser’s own cache has as a page for long: the host itself is asked, for both', async () => {
  const worker = start({
    network: (address, /** @type {any} */ { cache } = {}) =>
      cache === 'reload' ? deployed(address) : new Response('<!doctype html>'),
  });
  assert.equal(await (await worker.fetch({ url: HERE + ENTRY, ...SCRIPT })).text(), textOf(ENTRY));
});

test('files of the page are asked for in a way that no redirect leads elsewhere', async () => {
  /** @type {(string | undefined)[]} */
  const modes = [];
  const worker = start({
    network: (address, /** @type {any} */ { mode } = {}) => (modes.push(mode), deployed(address)),
  });
  await worker.fetch({ url: HERE + ENTRY, ...SCRIPT });
  await worker.message('fill');
  assert.deepEqual([...new Set(modes)], ['same-origin']);
});

test('a wrong file in the browser’s own cache: the host is asked itself', async () => {
  /** @type {any[]} */
  const asked = [];
  const worker = start({
    network: (address, /** @type {any} */ { cache } = {}) => (
      asked.push([address, cache]),
      cache === 'reload' || address !== ENTRY ? deployed(address) : new Response('<!doctype html>')
    ),
  });
  await worker.message('fill');
  assert.deepEqual(worker.told, ['filled']);
  assert.deepEqual(
    asked.filter(([, cache]) => cache === 'reload'),
    [[ENTRY, 'reload']],
  );
});

test('a later version that waits is left alone', async () => {
  const worker = start({ network: deployed });
  await worker.message('fill');
  worker.storage.set(`fitting-room ${HERE} 99999999`, new Map());
  await worker.message('fill');
  assert.equal(worker.storage.size, 2);
});

test('other caches of the host are left alone', async () => {
  const storage = new Map(
    ['fitting-room-fashion-mnist-v1', `fitting-room ${HERE}inner/ 00000001`, 'somebody'].map((name) => [
      name,
      new Map(),
    ]),
  );
  const worker = start({ storage, network: deployed });
  await worker.message('fill');
  await worker.activate();
  assert.equal(storage.size, 4);
});

test('a server that is behind, or fails: nothing incomplete is ever taken for the page', async () => {
  const failures = [
    (/** @type {string} */ address) =>
      address === PAGE ? new Response('<script src="./assets/index-earlier.js">') : deployed(address),
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
    assert.equal(
      await (await start({ storage: first.storage, network: () => new Response('from the network') }).fetch({})).text(),
      'from the network',
    );
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
