/**
 * Models loaded over the network: progress, abortion by a signal or by a timeout, and what is refused before the
 * download is complete.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { exportModel, importModel, layers, loadModel, sequential } from '../../shim/index.js';
import { readBytes } from '../../shim/formats/reading.js';
import { useBuild } from '../../shim/core/loading.js';
import { smallFile } from './model-files.js';
import { BUILDS, wrong } from './support.js';

/** @import { RequestListener } from 'node:http' */
/** @import { TestContext } from 'node:test' */

useBuild(...BUILDS[0]);

const MAX_FILE = 2 ** 29;

/** @param {TestContext} t @param {RequestListener} answer @returns {Promise<string>} its address */
async function serve(t, answer) {
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
}

/** Both ways of reading a model from one file. @type {[string, typeof loadModel][]} */
const READERS = [
  ['loadModel', loadModel],
  ['importModel', importModel],
];

test('loadModel, importModel: progress in bytes, of one file, of several, and without a stated length', async (t) => {
  const file = await smallFile();
  const folder = await serve(t, (request, response) => {
    response.writeHead(200, request.url === '/stated' ? { 'Content-Length': file.length } : {});
    response.write(file.subarray(0, 100), () => response.end(file.subarray(100)));
  });
  for (const [name, read] of READERS) {
    for (const [source, total] of /** @type {const} */ ([
      [`${folder}/stated`, file.length],
      [`${folder}/open`, undefined],
    ])) {
      /** @type {{ received: number, total?: number }[]} */
      const told = [];
      await read(source, { onProgress: (progress) => void told.push(progress) });
      const end = /** @type {NonNullable<ReturnType<typeof told.pop>>} */ (told.pop());
      assert.deepEqual(end, { received: file.length, total: file.length }, name);
      assert.ok(told.length >= 1 && told.every((each) => each.total === total), name);
      assert.ok(
        told.every(({ received }, i) => received > (told[i - 1]?.received ?? 0)),
        name,
      );
    }
    await assert.rejects(read(file, wrong({ onProgress: 1 })), {
      message: `${name}: onProgress must be a function, got 1`,
    });
  }
  const made = await sequential({ layers: [layers.dense({ inputShape: [2], units: 2 })] });
  const files = await exportModel(made, 'tfjs');
  /** @type {any[]} */
  const told = [];
  await importModel(files, { onProgress: (progress) => void told.push(progress) });
  assert.deepEqual(told, [
    { received: files[0].bytes.length, total: undefined },
    { received: files[0].bytes.length + files[1].bytes.length, total: undefined },
  ]);
});

test('loadModel, importModel: a signal ends them before they begin and on the way, with its reason', async (t) => {
  const file = await smallFile();
  const ends = new Set();
  const folder = await serve(t, (_request, response) => {
    ends.add(new Promise((resolve) => response.on('close', resolve)));
    response.writeHead(200, { 'Content-Length': file.length }).write(file.subarray(0, 100)); // and no others
  });
  for (const [name, read] of READERS) {
    const reason = new Error('enough');
    await assert.rejects(read(file, { signal: AbortSignal.abort(reason) }), reason, name);
    const controller = new AbortController();
    await assert.rejects(
      read(`${folder}/part`, { signal: controller.signal, onProgress: () => controller.abort(reason) }),
      reason,
      name,
    );
    await assert.rejects(read(file, wrong({ signal: 1 })), {
      message: `${name}: signal must be an AbortSignal, got 1`,
    });
  }
  assert.equal(ends.size, 2);
  await Promise.all(ends); // the connections have been closed
});

test('a model from a server that falls silent is refused after a while', async (t) => {
  const folder = await serve(t, (_request, response) => void response.writeHead(200).write('first'));
  const reading = { what: 'loadModel', checkHead: () => {}, stallMs: 100 };
  await assert.rejects(readBytes(`${folder}/half`, reading), {
    message: `loadModel: ${folder}/half could not be read (no answer for 0.1 seconds)`,
    code: 'network',
  });
});

test('a model whose stated length is too large is refused before its body comes', async (t) => {
  const folder = await serve(t, (request, response) => {
    // not a single byte arrives
    response.writeHead(200, { 'Content-Length': request.url === '/large' ? MAX_FILE + 1 : MAX_FILE }).flushHeaders();
  });
  for (const [name, read] of READERS) {
    await assert.rejects(
      read(`${folder}/large`),
      { message: `model file: too large: ${MAX_FILE + 1} bytes; at most ${MAX_FILE} are read`, code: 'bad-data' },
      name,
    );
  }
  const reading = { what: 'loadModel', checkHead: () => {}, stallMs: 100 };
  await assert.rejects(readBytes(`${folder}/largest`, reading), { code: 'network' });
});
