import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { trainThroughKills } from '../support/kills.js';

/** A browser that is killed while it trains loses next to nothing, and the run ends with the same bits. */

const RUN = {
  query:
    'data=synthetic&deterministic=1&threads=1&epochs=4&train-size=800&schedule=cosine&optimizer=adamw&ema=1' +
    '&patience=9&model=blocks',
  epochs: 4,
  batches: Math.ceil(800 / 32),
};

/** The SHA-256 of the weights of an uninterrupted run, the same in every engine. @type {string} */
let whole;
before(async () => {
  whole = (await trainThroughKills('chromium', RUN, [])).weights;
});

for (const name of inBrowsers('engine')) {
  describe(`a run in ${name}`, { timeout: 300_000 }, () => {
    test('goes on after the browser was killed, and ends with the same weights', async () => {
      const moments = [{ epochs: 1.3 }, { epochs: 2, ended: true, after: 20 }, { epochs: 2.6 }];
      const { kills, weights } = await trainThroughKills(name, RUN, moments);
      assert.equal(kills.length, 3);
      for (const { at, from, seconds, resumed } of kills) {
        assert.ok(resumed, `did not go on from epoch ${from}`);
        assert.ok(at - from <= 1 || seconds <= 30, `went on from epoch ${from}, had come to ${at}, in ${seconds} s`);
      }
      assert.equal(weights, whole);
    });
  });
}
