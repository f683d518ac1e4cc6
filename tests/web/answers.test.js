import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersOf, verdictOf } from '../../web/try/album.js';
import { AS_GARMENTS, askingOf } from '../../web/try/asking.js';

/** What an answer says of a picture. */

const PREPARED = { preparation: { crop: 'whole' }, classNames: ['cap', 'hat', 'shoe', 'sock'] };

/** @param {Record<string, unknown>} bounds in the model's metadata @param {number[]} probabilities */
function answered(bounds, probabilities) {
  const asking = askingOf({ inputShape: [8, 8, 3], outputShape: [4], metadata: { ...PREPARED, ...bounds } });
  const predicted = probabilities.indexOf(Math.max(...probabilities));
  const item = { found: { asking }, probabilities: Float32Array.from(probabilities), predicted };
  return /** @type {import('../../web/try/album.js').Item} */ (/** @type {unknown} */ (item));
}

test('a model that says what is likely enough answers with all such classes, likeliest first', () => {
  const two = answered({ share: 0.25 }, [0.3, 0.05, 0.6, 0.05]);
  assert.deepEqual([answersOf(two), verdictOf(two)], [[2, 0], 'unsure']);
  const one = answered({ share: 0.35 }, [0.3, 0.05, 0.6, 0.05]);
  assert.deepEqual([answersOf(one), verdictOf(one)], [[2], 'sure']);
  const none = answered({ share: 0.9 }, [0.3, 0.05, 0.6, 0.05]);
  assert.deepEqual([answersOf(none), verdictOf(none)], [[2], 'sure'], 'the likeliest belongs to it, however likely');
});

test('others answer with one class, of which they are sure from a half on', () => {
  const sure = answered({}, [0.45, 0, 0.5, 0.05]);
  assert.deepEqual([answersOf(sure), verdictOf(sure)], [[2], 'sure']);
  const unsure = answered({}, [0.45, 0, 0.49, 0.06]);
  assert.deepEqual([answersOf(unsure), verdictOf(unsure)], [[2], 'unsure']);
});

test('below the threshold the answer is none of the classes, whatever is likely enough', () => {
  assert.equal(verdictOf(answered({ threshold: 0.7, share: 0.25 }, [0.3, 0.05, 0.6, 0.05])), 'none');
});

test('bounds that are no shares count as none', () => {
  for (const bound of [-1, 0, 2, NaN, 'half', null, {}]) {
    const { threshold, share } = askingOf({
      inputShape: [8, 8, 3],
      outputShape: [4],
      metadata: { ...PREPARED, threshold: bound, share: bound },
    });
    assert.deepEqual([threshold, share], [AS_GARMENTS.threshold, AS_GARMENTS.share], String(bound));
  }
});
