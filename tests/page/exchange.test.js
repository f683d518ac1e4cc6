import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { hook, withPage } from './page.js';

/**
 * Runs in the page.
 * @param {typeof import('../../shim/index.js')} api
 * @param {import('../../shim/formats/exchange.js').FormatName} format
 */
async function roundTrip({ exportModel, importModel, layers, sequential }, format) {
  const made = await sequential({
    layers: [
      layers.conv2d({ inputShape: [4, 4, 1], filters: 2, kernelSize: 3 }),
      layers.flatten(),
      layers.dense({ units: 2 }),
    ],
    seed: 3,
  });
  const files = await exportModel(made, format);
  const back = await importModel(files.map(({ name, bytes }) => new File([bytes], name)));
  const weights = [made, back].map((model) => model.getWeights().map(({ data }) => [...data]));
  return { names: files.map(({ name }) => name), same: JSON.stringify(weights[0]) === JSON.stringify(weights[1]) };
}

for (const name of inBrowsers('any', ['chromium', 'firefox', 'webkit'])) {
  test(`formats of other tools are fetched once they are asked for: ${name}`, { timeout: 120_000 }, () =>
    withPage([name], async ({ browser }) => {
      await browser.waitFor('typeof globalThis.fittingRoom === "object"');
      const run = (/** @type {string} */ format) =>
        browser.evaluate(`(${roundTrip})(globalThis.fittingRoom, '${format}')`);
      // code that the formats share may be loaded with the section Keep it
      const fetched = () =>
        browser.evaluate(() =>
          performance
            .getEntriesByType('resource')
            .flatMap(({ name }) => /\/formats-(tfjs|safetensors|keras|onnx)-/.exec(name)?.[1] ?? []),
        );
      await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
        args: [hook('save-model')],
      });
      assert.deepEqual(await run('fitting-room'), { names: ['model.fit'], same: true });
      assert.deepEqual(await fetched(), []);
      assert.deepEqual(await run('tfjs'), { names: ['model.json', 'weights.bin'], same: true });
      assert.deepEqual(await fetched(), ['tfjs']);
      assert.deepEqual(await run('safetensors'), { names: ['model.safetensors'], same: true });
      assert.deepEqual(await fetched(), ['tfjs', 'safetensors']);
    }),
  );
}
