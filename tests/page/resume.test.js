import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { trainThroughKills } from '../support/kills.js';

/** A browser that is killed while it trains loses next to nothing, and the run ends with the same bits. */

const RUN = {
  query: 'data=synthetic&deterministic=1&epochs=4&train-size=3000&schedule=cosine&optimizer=adamw&ema=1&patience=9&model=blocks',
  epochs: 4,
  batches: Math.ceil(3000 / 32),
};

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  describe(`a run in ${name}`, { timeout: 300_000 }, () => {
    test('goes on after the browser was killed, and ends with the same weights', async () => {
      const whole = await trainThroughKills(name, { ...RUN, delays: () => null });
      const delays = [2500, 4000, 1200];
      const { kills, weights } = await trainThroughKills(name, { ...RUN, delays: () => delays.shift() ?? null });
      assert.equal(kills.length, 3);
      for (const { at, from } of kills) assert.ok(at - from <= 1.25, `went on from epoch ${from}, had come to ${at}`);
      assert.equal(weights, whole.weights);
    });
  });
}
