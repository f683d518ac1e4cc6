import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { trainThroughKills } from '../support/kills.js';

/** A browser that is killed while it trains loses next to nothing, and the run ends with the same bits. */

/** It takes some seconds, since its batches are small: a save is confirmed well before the end. */
const RUN = {
  query:
    'data=synthetic&deterministic=1&threads=1&epochs=8&train-size=8000&batch-size=2&schedule=cosine&optimizer=adamw' +
    '&ema=1&patience=9&model=conv2d:8:3:relu,maxPooling2d,batchNormalization,flatten,dropout:0.5,dense:10:softmax',
  epochs: 8,
  batches: 8000 / 2,
};

/** The SHA-256 of the weights of an uninterrupted run, the same in every engine. @type {string} */
let whole;
before(async () => {
  whole = (await trainThroughKills('chromium', RUN, [])).weights;
});

for (const name of inBrowsers('engine')) {
  describe(`a run in ${name}`, { timeout: 300_000 }, () => {
    test('goes on after the browser was killed, and ends with the same weights', async () => {
      const moments = [
        { epochs: 1, ended: true, after: 20 },
        { epochs: 1, saved: true },
      ];
      const { kills, weights } = await trainThroughKills(name, RUN, moments);
      assert.equal(kills.length, 2);
      assert.ok(kills[1].from >= 1, `went on from epoch ${kills[1].from}, though the first was saved`);
      for (const { at, from, seconds, resumed } of kills) {
        assert.ok(resumed, `did not go on from epoch ${from}`);
        assert.ok(at - from <= 1 || seconds <= 30, `went on from epoch ${from}, had come to ${at}, in ${seconds} s`);
      }
      assert.equal(weights, whole);
    });
  });
}
