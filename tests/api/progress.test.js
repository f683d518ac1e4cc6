import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appendLogs } from '../../shim/training/progress.js';
import { epochLine, epochTitle, progressLine } from '../../shim/training/progress-text.js';
import { onEveryBuild, slice, smallData, smallModel } from './support.js';

const { x, y } = smallData(70);

test('the progress bar, as Keras draws it', () => {
  /** @param {number} done @param {number} etaSeconds @param {number} seconds */
  const line = (done, etaSeconds, seconds) =>
    progressLine({ done, total: 1875, seconds, etaSeconds, logs: { loss: 1.02104, acc: 0.63116 } });
  assert.equal(line(0, 70, 0), '   0/1875 [..............................] - ETA: 1m10s - loss: 1.0210 - acc: 0.6312');
  assert.equal(line(63, 5.4, 0.2), '  63/1875 [>.............................] - ETA: 5s - loss: 1.0210 - acc: 0.6312');
  assert.equal(line(320, 5.4, 1), ' 320/1875 [====>.........................] - ETA: 5s - loss: 1.0210 - acc: 0.6312');
  assert.equal(line(1874, 0.1, 7), '1874/1875 [============================>.] - ETA: 0s - loss: 1.0210 - acc: 0.6312');
  assert.equal(
    line(1875, 0, 7.4),
    '1875/1875 [==============================] - 7s 4ms/step - loss: 1.0210 - acc: 0.6312',
  );
  assert.equal(line(1, 8000, 1).match(/ETA: \S+/)?.[0], 'ETA: 2h13m');
});

test('step times and small figures keep their digits', () => {
  const done = (/** @type {number} */ seconds, logs = {}) =>
    progressLine({ done: 2, total: 2, seconds, etaSeconds: 0, logs });
  assert.equal(done(3), '2/2 [==============================] - 3s 1.5s/step');
  assert.equal(done(0.25), '2/2 [==============================] - 0s 125ms/step');
  assert.equal(done(0.0005), '2/2 [==============================] - 0s 250us/step');
  assert.equal(done(125), '2/2 [==============================] - 2m05s 62.5s/step');
  assert.equal(
    done(0.25, { loss: 0.000123456, acc: 0 }),
    '2/2 [==============================] - 0s 125ms/step - loss: 1.2346e-4 - acc: 0.0000',
  );
});

test('figures that are not finite, as Keras prints them', () => {
  const logs = { loss: NaN, val_loss: Infinity, mine: -Infinity, acc: 0.5 };
  const figures = ' - loss: nan - val_loss: inf - mine: -inf - acc: 0.5000';
  assert.equal(epochLine(0, 20, 7.2, logs), `Epoch 1/20 - 7s${figures}`);
  assert.equal(
    progressLine({ done: 1, total: 4, seconds: 1, etaSeconds: 3, logs }),
    `1/4 [======>.......................] - ETA: 3s${figures}`,
  );
  assert.equal(
    progressLine({ done: 4, total: 4, seconds: 4, etaSeconds: 0, logs }),
    `4/4 [${'='.repeat(30)}] - 4s 1.0s/step${figures}`,
  );
});

test('an epoch that was cut short keeps its bar, with the time it took', () => {
  const line = progressLine({ done: 1, total: 4, seconds: 2, etaSeconds: 6, logs: {}, ended: true });
  assert.equal(line, '1/4 [======>.......................] - 2s 2.0s/step');
});

test('a bar without its end says how long it has been, as Keras does', () => {
  const line = progressLine({ done: 3, total: Infinity, seconds: 6, etaSeconds: Infinity, logs: { loss: 0.5 } });
  assert.equal(line, '3/Unknown - 6s 2.0s/step - loss: 0.5000');
});

test('figures are kept under whatever name they have, one that every object has too', () => {
  /** @type {Record<string, number[]>} */
  const kept = {};
  for (const value of [1, 2]) appendLogs(kept, { constructor: value, toString: value, loss: value });
  assert.deepEqual({ ...kept }, { constructor: [1, 2], toString: [1, 2], loss: [1, 2] });
});

test('a line an epoch', () => {
  assert.equal(epochTitle(0, 20), 'Epoch 1/20');
  assert.equal(epochLine(0, 20, 7.2, { loss: 0.50214, acc: 0.82361 }), 'Epoch 1/20 - 7s - loss: 0.5021 - acc: 0.8236');
});

/** A terminal that redraws on request. */
function terminal() {
  /** @type {string[]} */
  const lines = [];
  /** @type {{ text: string, replace: boolean }[]} */
  const writes = [];
  return {
    lines,
    writes,
    log: (/** @type {string} */ text, /** @type {{ replace: boolean }} */ { replace }) => {
      writes.push({ text, replace });
      if (replace) lines.pop();
      lines.push(text);
    },
  };
}

onEveryBuild(() => {
  test('verbose 0 says nothing', async () => {
    const model = await smallModel();
    const { writes, log } = terminal();
    await model.fit(x, y, { verbose: 0, epochs: 2, validationSplit: 0.2, log });
    assert.deepEqual(writes, []);
    model.dispose();
  });

  test('verbose 1 draws one bar an epoch', async () => {
    const model = await smallModel();
    const { lines, writes, log } = terminal();
    const { history } = await model.fit(x, y, {
      verbose: 1,
      epochs: 2,
      batchSize: 8,
      log,
      validationData: [slice(x, 0, 20), slice(y, 0, 20)],
      callbacks: { onBatchEnd: () => {} }, // a slice each
    });
    assert.equal(lines.length, 4, lines.join('\n'));
    for (const epoch of [0, 1]) {
      assert.equal(lines[2 * epoch], `Epoch ${epoch + 1}/2`);
      const figures = Object.entries(history)
        .map(([name, values]) => ` - ${name}: ${values[epoch].toFixed(4)}`)
        .join('');
      assert.match(lines[2 * epoch + 1], /^9\/9 \[={30}\] - \d+s \d+(ms|us)\/step - loss: /);
      assert.ok(lines[2 * epoch + 1].endsWith(figures), `${lines[2 * epoch + 1]}, want ${figures}`);
    }
    const bars = writes.filter(({ text }) => text.includes('ETA'));
    assert.equal(bars.length, 16, 'eight of nine batches an epoch');
    assert.deepEqual(writes.map(({ replace }) => replace).slice(0, 4), [false, false, true, true]);
    for (const { text } of bars)
      assert.match(text, /^[1-8]\/9 \[=*>\.+\] - ETA: \d+s - loss: \d\.\d{4} - acc: \d\.\d{4}$/);
    model.dispose();
  });

  test('verbose 1 and 2 tell of a run that diverged, and of an epoch that was cut short', async () => {
    for (const verbose of /** @type {const} */ ([1, 2])) {
      const model = await smallModel();
      model.setWeights(model.getWeights().map(({ shape, data }) => ({ shape, data: data.fill(NaN) })));
      const { writes, lines, log } = terminal();
      await model.fit(x, y, {
        verbose,
        epochs: 3,
        batchSize: 8,
        validationSplit: 0.2,
        log,
        callbacks: {
          onBatchEnd: (batch) => {
            model.stopTraining = batch === 2;
          },
        },
      });
      assert.match(
        /** @type {string} */ (lines.at(-1)),
        verbose === 1
          ? /^3\/7 \[=*>\.+\] - \d+s \d+(ms|us)\/step - loss: nan - acc: /
          : /^Epoch 1\/3 - \d+s - loss: nan - acc: .* - val_loss: nan - /,
      );
      assert.doesNotMatch(writes.map(({ text }) => text).join(), /NaN|Infinity|undefined/);
      model.dispose();
    }
  });

  test('verbose 2 writes one line an epoch', async () => {
    const model = await smallModel();
    const { lines, writes, log } = terminal();
    await model.fit(x, y, { verbose: 2, epochs: 3, validationSplit: 0.2, log });
    assert.equal(writes.length, 3);
    lines.forEach((line, epoch) =>
      assert.match(
        line,
        new RegExp(
          `^Epoch ${epoch + 1}/3 - \\d+s - loss: \\d\\.\\d{4} - acc: \\d\\.\\d{4} - val_loss: \\d\\.\\d{4} - ` +
            `val_acc: \\d\\.\\d{4}$`,
        ),
      ),
    );
    model.dispose();
  });
});
