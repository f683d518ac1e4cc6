import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

/** What the service worker does with each kind of request and response; threads.test.js has it in browsers. */

const source = readFileSync(new URL('../../dist/service-worker.js', import.meta.url), 'utf8');

/**
 * The answer that the service worker gives, or undefined where it leaves the request to the browser.
 * @param {Partial<Record<keyof Request, string>>} request
 * @param {any} response what the network answers
 * @returns {Promise<any> | undefined}
 */
function answered(request, response) {
  /** @type {Map<string, (event: any) => void>} */
  const listeners = new Map();
  const scope = { addEventListener: (/** @type {string} */ type, /** @type {any} */ listener) => listeners.set(type, listener) };
  const location = new URL('https://somebody.example/page/service-worker.js');
  new Function('self', 'location', 'fetch', source)(scope, location, async () => response);
  /** @type {Promise<any> | undefined} */
  let answer;
  const whole = { url: 'https://somebody.example/page/', cache: 'default', mode: 'navigate', destination: 'document', ...request };
  listeners.get('fetch')?.({ request: whole, respondWith: (/** @type {Promise<any>} */ given) => (answer = given) });
  return answer;
}

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
    { mode: 'cors', destination: 'script' },
    { mode: 'cors', destination: '' },
    { mode: 'no-cors', destination: 'image' },
    { cache: 'only-if-cached', mode: 'no-cors', destination: 'worker' },
  ];
  for (const request of others) assert.equal(answered(request, new Response('')), undefined, JSON.stringify(request));
});
