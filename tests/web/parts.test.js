import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { texts as page } from '../../web/i18n/en/page.js';
import { texts as offline } from '../../web/i18n/en/offline.js';
import { texts as offlineZhHans } from '../../web/i18n/zh-Hans/offline.js';
import { texts as pageZhHans } from '../../web/i18n/zh-Hans/page.js';
import { texts as section } from '../../web/i18n/en/try.js';
import { texts as sectionZhHans } from '../../web/i18n/zh-Hans/try.js';
import { texts as keeping } from '../../web/i18n/en/keep.js';
import { texts as keepingZhHans } from '../../web/i18n/zh-Hans/keep.js';
import { texts as own } from '../../web/i18n/en/own.js';
import { texts as ownZhHans } from '../../web/i18n/zh-Hans/own.js';
import { texts as results } from '../../web/i18n/en/results.js';
import { texts as resultsZhHans } from '../../web/i18n/zh-Hans/results.js';
import { texts as theatre } from '../../web/i18n/en/theatre.js';
import { texts as theatreZhHans } from '../../web/i18n/zh-Hans/theatre.js';
import { argmax } from '../../shim/classify.js';
import { confusion, perClass } from '../../web/metrics.js';
import { createPace } from '../../web/pace.js';
import { connect, serve, transfer, WorkerDied } from '../../web/protocol.js';
import { digitsOf, multiplesOf, roundStep } from '../../web/ticks.js';
import { readSettings, runtimeOptions, writeSettings } from '../../web/settings.js';

/** The parts of the page that need no page. */

const web = new URL('../../web/', import.meta.url);

describe('settings in the address', () => {
  test('an empty address gives the tutorial', () => {
    const { settings, corrected } = readSettings('');
    assert.deepEqual(corrected, []);
    assert.equal(settings.epochs, 20);
    assert.equal(settings.batchSize, 32);
    assert.equal(settings.optimizer, 'adam');
    assert.equal(settings.learningRate, 0.001);
    assert.equal(settings.trainSize, 60000);
    assert.equal(writeSettings(settings, ''), '');
  });

  test('what is written is read again, beside what is not ours', () => {
    const { settings } = readSettings('');
    Object.assign(settings, {
      epochs: 3,
      optimizer: 'sgd',
      learningRate: 0.05,
      momentum: 0.9,
      nesterov: true,
      schedule: 'oneCycle',
      patience: 3,
      seed: 0,
      verbose: 1,
      source: 'synthetic',
    });
    const query = writeSettings(settings, '?utm=x&epochs=9');
    assert.ok(new URLSearchParams(query).get('utm') === 'x');
    assert.deepEqual(readSettings(query), { settings, corrected: [] });
  });

  test('the learning rate follows the optimizer unless it is said', () => {
    assert.equal(readSettings('?optimizer=adadelta').settings.learningRate, 1);
    assert.equal(readSettings('?optimizer=sgd&learning-rate=0.3').settings.learningRate, 0.3);
  });

  test('what the model runs on: the fastest build on all threads, unless it is said', () => {
    assert.deepEqual(runtimeOptions(readSettings('').settings), { deterministic: false });
    for (const query of ['?deterministic=1', '?threads=3', '?deterministic=1&threads=1']) {
      assert.equal(writeSettings(readSettings(query).settings, query), query, 'kept as it is');
    }
    assert.deepEqual(runtimeOptions(readSettings('?deterministic=1&threads=3').settings), {
      deterministic: true,
      threads: 3,
    });
    assert.equal(writeSettings(readSettings('?deterministic=0').settings, '?deterministic=0'), '');
  });

  for (const bad of [
    'deterministic=yes',
    'deterministic=',
    'threads=0',
    'threads=17',
    'threads=two',
    'epochs=0',
    'epochs=2.5',
    'epochs=',
    'epochs=1e9',
    'epochs=%3Cb%3E',
    'optimizer=lbfgs',
    'learning-rate=-1',
    'dropout=NaN',
    'data=files',
    'log=3',
  ]) {
    test(`${bad} is replaced and reported`, () => {
      const { settings, corrected } = readSettings(`?${bad}`);
      assert.deepEqual(settings, readSettings('').settings);
      assert.equal(corrected.length, 1);
      assert.equal(corrected[0].key, bad.split('=')[0]);
    });
  }
});

describe('marks of an axis', () => {
  test('are a round number apart, and not closer than asked', () => {
    for (const [least, step] of [
      [1, 1],
      [1.01, 2],
      [2.2, 2.5],
      [3, 5],
      [6, 10],
      [0.0021, 0.0025],
      [0.3, 0.5],
      [70, 100],
    ]) {
      assert.equal(roundStep(least), step);
    }
    assert.equal(roundStep(2.2, [1, 2, 5, 10]), 5);
  });

  test('lie between the ends, which they may touch', () => {
    assert.deepEqual(multiplesOf(5, 0, 20), [0, 5, 10, 15, 20]);
    assert.deepEqual(multiplesOf(0.25, 0.3, 0.76), [0.5, 0.75]);
    assert.deepEqual(
      multiplesOf(0.1, 0.1, 0.3).map((each) => each.toFixed(1)),
      ['0.1', '0.2', '0.3'],
    );
    assert.deepEqual(multiplesOf(5, 1, 2), []);
  });

  test('have the digits that tell them apart', () => {
    assert.deepEqual([10, 2.5, 0.05, 0.0025].map(digitsOf), [0, 1, 2, 4]);
  });
});

describe('metrics', () => {
  // Three classes, checked by hand.
  const probabilities = Float32Array.of(0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.5, 0.3, 0.2, 0.2, 0.3, 0.5);
  const labels = Uint8Array.of(0, 1, 1, 2);

  test('argmax', () => assert.deepEqual([...argmax(probabilities, 3)], [0, 1, 0, 2]));

  test('confusion matrix holds the indices', () => {
    assert.deepEqual(confusion(labels, argmax(probabilities, 3), 3), [
      [[0], [], []],
      [[2], [1], []],
      [[], [], [3]],
    ]);
  });

  test('precision, recall and F1', () => {
    const [first, second] = perClass(confusion(labels, argmax(probabilities, 3), 3));
    assert.deepEqual(first, { precision: 1 / 2, recall: 1, f1: 2 / 3, support: 1 });
    assert.deepEqual(second, { precision: 1, recall: 1 / 2, f1: 2 / 3, support: 2 });
  });

  test('a class that is never predicted has no precision', () => {
    assert.ok(
      Number.isNaN(
        perClass([
          [[], [0]],
          [[], [1]],
        ])[0].precision,
      ),
    );
  });
});

test('time left leaves out pauses', () => {
  let time = 0;
  const pace = createPace(() => time);
  assert.ok(Number.isNaN(pace.secondsLeft(1, 5)));
  time = 10;
  assert.equal(pace.secondsLeft(2, 5), 30);
  time = 1000;
  pace.skip();
  time = 1010;
  assert.equal(pace.secondsLeft(3, 5), 20);
});

describe('protocol', () => {
  /** @typedef {import('../../web/protocol.js').Signature<any, any, any>} AnyMethod */

  /** @param {import('../../web/protocol.js').Methods<Record<string, AnyMethod>>} methods */
  function pair(methods) {
    const { port1, port2 } = new MessageChannel();
    serve(/** @type {any} */ (port1), methods);
    /** @type {import('../../web/protocol.js').Connection<Record<string, AnyMethod>>} */
    const remote = connect(/** @type {any} */ (port2));
    return { remote, close: () => port1.close() };
  }

  test('answers, events, errors as values, cancelling', async () => {
    const { remote, close } = pair({
      add: ({ a, b }, { emit }) => (emit({ half: a }), a + b),
      refuse: () => Promise.reject(Object.assign(new TypeError('not this'), { code: 'no', layer: 2 })),
      wait: (_, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    });
    /** @type {any[]} */
    const events = [];
    assert.equal(await remote.call('add', { a: 1, b: 2 }, { onEvent: (event) => events.push(event) }), 3);
    assert.deepEqual(events, [{ half: 1 }]);
    await assert.rejects(remote.call('refuse', {}), { name: 'TypeError', message: 'not this', code: 'no', layer: 2 });
    await assert.rejects(remote.call('nothing of the sort', {}));
    const controller = new AbortController();
    const waiting = remote.call('wait', {}, { signal: controller.signal });
    controller.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
    close();
  });

  test('buffers named in transfer are moved, others are copied', async () => {
    const [pixels, labels] = [new Uint8Array(4), new Uint8Array(2)];
    const { remote, close } = pair({ give: () => transfer({ pixels, labels }, [pixels.buffer]) });
    const given = await remote.call('give', {});
    assert.deepEqual([given.pixels.length, given.labels.length], [4, 2]);
    assert.deepEqual([pixels.length, labels.length], [0, 2]);
    close();
  });

  test('a death rejects what is pending and what comes later', async () => {
    const { remote, close } = pair({ never: () => new Promise(() => {}) });
    const [one, two] = [remote.call('never', {}), remote.call('never', {})];
    remote.fail(new WorkerDied('gone'));
    await assert.rejects(one, WorkerDied);
    await assert.rejects(two, WorkerDied);
    await assert.rejects(remote.call('never', {}), WorkerDied);
    close();
  });
});

describe('languages', () => {
  const en = { ...page, ...results, ...offline, ...section, ...keeping, ...own, ...theatre };
  const zhHans = {
    ...pageZhHans,
    ...resultsZhHans,
    ...theatreZhHans,
    ...offlineZhHans,
    ...sectionZhHans,
    ...keepingZhHans,
    ...ownZhHans,
  };
  const placeholders = (/** @type {string} */ text) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

  test('have the same keys and placeholders', () => {
    assert.deepEqual(Object.keys(zhHans).sort(), Object.keys(en).sort());
    for (const key of Object.keys(en)) assert.deepEqual(placeholders(zhHans[key]), placeholders(en[key]), key);
  });

  test('the text of index.html is the English one', async () => {
    const html = await readFile(new URL('index.html', web), 'utf8');
    const marked = [...html.matchAll(/data-i18n="([^"]+)"[^>]*>([^<]*)</g)];
    assert.ok(marked.length > 60);
    // Elements that are hidden until something happens get their texts by then.
    for (const [, key, text] of marked) assert.ok(text === page[key] || text === '', key);
    for (const [, key, label] of html.matchAll(/data-i18n-label="([^"]+)"[^>]*aria-label="([^"]*)"/g))
      assert.equal(label, page[key], key);
  });

  test('every key is used, and every key that is used is there', async () => {
    const files = (await readdir(web, { recursive: true })).filter(
      (file) => /\.(js|html)$/.test(file) && !/^(i18n|(try|keep|views)\/texts)\b/.test(file),
    );
    const sources = (await Promise.all(files.map((file) => readFile(new URL(file, web), 'utf8')))).join('\n');
    const whole = [...sources.matchAll(/(?:data-i18n(?:-label)?="|\bt\(')([^"'$]+)["']/g)].map(([, key]) => key);
    for (const key of whole) assert.ok(key in en, key);
    const stems = [...sources.matchAll(/`([a-z0-9-]+\.[a-z-]*)\$\{/g)].map(([, stem]) => stem);
    const quoted = new Set([...sources.matchAll(/['"]([a-z0-9][\w.-]*)['"]/gi)].map(([, text]) => text));
    for (const key of Object.keys(en))
      assert.ok(quoted.has(key) || stems.some((stem) => key.startsWith(stem)), `${key} is never used`);
  });
});
