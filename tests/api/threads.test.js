import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as api from '../../shim/index.js';
import { hasRelaxedSimd, processors } from '../../shim/core/features.js';
import { TWO_HUNDRED_STEPS, hashOfWeights } from '../support/golden.js';
import { wrong } from './support.js';

/** Which build is loaded; the number of threads changes only the speed. */

const { layers, loadCore, sequential } = api;
const fastest = hasRelaxedSimd() ? 'relaxed' : 'simd';

test('one thread takes the build without threads; more, the one with them', async () => {
  for (const [deterministic, build] of /** @type {const} */ ([
    [true, 'simd'],
    [false, fastest],
  ])) {
    const one = await loadCore({ deterministic, threads: 1 });
    assert.deepEqual([one.build, one.threads, one.fallback], [build, 1, null]);
    const three = await loadCore({ deterministic, threads: 3 });
    assert.deepEqual([three.build, three.threads, three.fallback], [`${build}-mt`, 3, null]);
  }
});

test('by default as many threads as processors, at most 8, on the fastest build', async () => {
  const { threads, build, fallback } = await loadCore();
  assert.equal(threads, Math.min(processors(), 8));
  assert.equal(build, threads > 1 ? `${fastest}-mt` : fastest);
  assert.equal(fallback, null);
});

test('the same choice is the same core; another is another', async () => {
  const core = await loadCore({ deterministic: true, threads: 2 });
  assert.equal(await loadCore({ threads: 2, deterministic: true }), core);
  assert.notEqual(await loadCore({ threads: 1, deterministic: true }), core);
  assert.equal(await loadCore(), await loadCore({}));
  assert.equal(await loadCore({ deterministic: undefined, threads: undefined }), await loadCore());
});

test('a load that has to wait for another asks for no second core', async () => {
  const [first, second] = await Promise.all([loadCore({ threads: 4 }), loadCore({ threads: 4 })]);
  assert.equal(first, second);
});

test('what cannot be is refused, in words', async () => {
  const stack = [layers.dense({ units: 2, inputShape: [3] })];
  const cases = /** @type {const} */ ([
    [{ threads: 0 }, 'threads must be an integer 1..16, got 0'],
    [{ threads: 17 }, 'threads must be an integer 1..16, got 17'],
    [{ threads: 1.5 }, 'threads must be an integer 1..16, got 1.5'],
    [{ threads: '2' }, 'threads must be an integer 1..16, got "2"'],
    [{ deterministic: 1 }, 'deterministic must be true or false, got 1'],
  ]);
  for (const [options, message] of cases) {
    await assert.rejects(loadCore(wrong(options)), { name: 'FittingRoomError', code: 'invalid-argument', message });
    await assert.rejects(sequential(wrong({ layers: stack, ...options })), {
      name: 'FittingRoomError',
      code: 'invalid-argument',
      message,
    });
  }
  await assert.rejects(loadCore(wrong({ thread: 2 })), {
    message: "loadCore has no option 'thread'; it takes deterministic, threads",
  });
  await assert.rejects(loadCore(wrong(null)), { message: 'loadCore takes an object of options, got null' });
});

for (const deterministic of hasRelaxedSimd() ? [true, false] : [true]) {
  test(`200 steps end at the same weights on 1, 2 and 4 threads, deterministic: ${deterministic}`, async () => {
    const alone = await hashOfWeights(api, TWO_HUNDRED_STEPS, { deterministic, threads: 1 });
    for (const threads of [2, 4]) {
      assert.equal(
        await hashOfWeights(api, TWO_HUNDRED_STEPS, { deterministic, threads }),
        alone,
        `${threads} threads`,
      );
    }
  });
}
