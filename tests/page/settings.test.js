import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { ENDLESS, hook, openPage, QUICK } from './page.js';

/** Settings, languages and themes, in a real page. */

for (const name of inBrowsers('any')) {
  describe(`settings in ${name}`, { timeout: 240_000 }, () => {
    /** @type {Awaited<ReturnType<typeof openPage>>} */
    let opened;

    before(async () => {
      opened = await openPage(name, { query: 'data=synthetic' });
    });
    after(() => opened?.close());

    /** @param {string} testid */
    const value = (testid) =>
      opened.browser.evaluate(
        (/** @type {string} */ selector) => /** @type {HTMLInputElement} */ (document.querySelector(selector)).value,
        hook(testid),
      );
    /** @param {string} testid */
    const invalid = (testid) =>
      opened.browser.evaluate(
        (/** @type {string} */ selector) => document.querySelector(selector)?.getAttribute('aria-invalid'),
        hook(testid),
      );

    test('survive a reload', async () => {
      const { browser, page } = opened;
      await browser.type(hook('settings-epochs'), '3');
      await browser.type(hook('settings-batch-size'), '64');
      await browser.type(hook('settings-seed'), '7');
      await browser.type(hook('settings-train-size'), '500');
      await page.choose('settings-optimizer', 'sgd');
      assert.equal(await value('settings-learning-rate'), '0.01', 'the rate follows the optimizer');
      await browser.type(hook('settings-learning-rate'), '0.05');
      await browser.type(hook('layer-units'), '64');
      const address = await browser.evaluate(() => location.href);
      await browser.open(address);
      for (const [field, expected] of Object.entries({
        epochs: '3',
        'batch-size': '64',
        seed: '7',
        'train-size': '500',
        optimizer: 'sgd',
        'learning-rate': '0.05',
      })) {
        assert.equal(await value(`settings-${field}`), expected, field);
      }
      await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
        args: [hook('layer-units')],
      }); // it is loaded with the page's texts
      assert.equal(await value('layer-units'), '64');
      assert.equal(await value('dataset-source'), 'synthetic');
      await browser.waitFor(() =>
        document.querySelector('[data-testid="model-summary"]')?.textContent?.includes('(None, 64)'),
      );
    });

    test('the same weights in every browser: remembered, and another run', async () => {
      const { browser, page } = opened;
      await page.open(ENDLESS);
      await page.loaded();
      const ticked = () =>
        browser.evaluate(
          (/** @type {string} */ selector) =>
            /** @type {HTMLInputElement} */ (document.querySelector(selector)).checked,
          hook('settings-deterministic'),
        );
      const built = (/** @type {string} */ build) =>
        browser.waitFor(
          (/** @type {string} */ wanted) =>
            /** @type {HTMLElement} */ (document.querySelector('[data-testid="runtime-info"]')).dataset.build?.replace(
              '-mt',
              '',
            ) === wanted,
          { args: [build] },
        );
      assert.equal(await ticked(), false);
      await built('relaxed');
      await page.click('train-start');
      await browser.waitFor(() => document.querySelector('.tape-end')?.textContent);
      await page.click('train-stop');
      await browser.waitFor(() => document.getElementById('evaluation')?.dataset.state === 'ready');
      await page.click('settings-deterministic');
      await built('simd');
      assert.match(
        await browser.evaluate(() => document.getElementById('settings-note')?.textContent),
        /begins a new run/,
      );
      assert.equal(
        await browser.evaluate(() => document.querySelector('[data-testid="train-start"]')?.textContent),
        'Start',
      );
      await page.click('settings-deterministic');
      await built('relaxed');
      assert.equal(
        await browser.evaluate(() => document.querySelector('[data-testid="train-start"]')?.textContent),
        'Continue',
      );
      await page.click('settings-deterministic');
      assert.match(await browser.evaluate(() => location.search), /[?&]deterministic=1(&|$)/);
      await browser.open(await browser.evaluate(() => location.href));
      assert.equal(await ticked(), true);
      await built('simd');
    });

    test('that cannot be are refused at the field, and Start goes there', async () => {
      const { browser, page } = opened;
      await page.open(QUICK);
      await page.loaded();
      await browser.type(hook('settings-epochs'), '0');
      assert.equal(await invalid('settings-epochs'), 'true');
      await page.click('train-start');
      assert.equal(await page.data('train-status', 'state'), 'idle');
      assert.equal(
        await browser.evaluate(() => document.activeElement?.getAttribute('data-testid')),
        'settings-epochs',
      );
      await browser.type(hook('settings-epochs'), '2');
      assert.equal(await invalid('settings-epochs'), 'false');
    });

    test('of a layer that cannot be are explained at its card', async () => {
      const { browser, page } = opened;
      await browser.type(hook('layer-kernelSize'), '29');
      await browser.waitFor(() => (document.querySelector('.layer.at-fault .error')?.textContent ?? '').length > 10);
      assert.equal(
        await browser.evaluate(() =>
          [...document.querySelectorAll('.layer')].findIndex((card) => card.classList.contains('at-fault')),
        ),
        0,
      );
      await page.click('train-start');
      assert.equal(await page.data('train-status', 'state'), 'idle');
      await browser.type(hook('layer-kernelSize'), '5');
      await browser.waitFor(
        () =>
          !document.querySelector('.layer.at-fault') &&
          document.querySelector('[data-testid="model-summary"]')?.textContent?.includes('24, 24'),
      );
    });

    test('in the address that cannot be are corrected with a note', async () => {
      const { browser, page } = opened;
      await page.open('data=synthetic&epochs=-4&optimizer=magic');
      await page.loaded();
      assert.equal(await value('settings-epochs'), '20');
      assert.equal(await value('settings-optimizer'), 'adam');
      const notes = await browser.evaluate(() => document.getElementById('corrections')?.textContent);
      assert.match(notes, /epochs=-4.*20.*optimizer=magic.*adam/);
    });

    test('are locked while a run is under way', async () => {
      const { browser, page } = opened;
      await page.open(ENDLESS);
      await page.loaded();
      await page.click('train-start');
      await page.trained('training');
      const locked = await browser.evaluate(() =>
        [
          ...document.querySelectorAll(
            '[data-testid^="settings-"], .layer [data-testid^="layer-"], [data-testid="dataset-load"], ' +
              '[data-testid="train-start"]',
          ),
        ].every((field) => field.matches(':disabled')),
      );
      assert.ok(locked);
      await page.click('train-stop');
      await page.trained('idle');
      assert.equal(
        await browser.evaluate(() => document.querySelector('[data-testid="settings-epochs"]')?.matches(':disabled')),
        false,
      );
    });

    test('of which the time of training depends: it is measured, and said before Start', async () => {
      const { browser, page } = opened;
      await page.open('data=synthetic&epochs=2&train-size=1000&filters=8&seed=5');
      const seconds = async () => Number(await page.data('estimate', 'seconds'));
      const known = () =>
        browser.waitFor(
          (/** @type {string} */ selector) => {
            const estimate = /** @type {HTMLElement} */ (document.querySelector(selector));
            return Number(estimate.dataset.seconds) > 0 && /on this device$/.test(estimate.textContent);
          },
          { args: [hook('estimate')] },
        );
      await browser.evaluate(() => document.getElementById('estimate')?.scrollIntoView({ behavior: 'instant' }));
      await known();
      const short = await seconds();
      await browser.type(hook('settings-epochs'), '400');
      assert.ok(Math.abs((await seconds()) / (200 * short) - 1) < 1e-6, 'more epochs: not measured again');
      const whole = await seconds();
      await browser.type(hook('settings-train-size'), '500');
      assert.ok((await seconds()) > 0 && (await seconds()) < whole, 'fewer images: not measured again');
      await browser.type(hook('settings-train-size'), '0');
      assert.equal(await page.text('estimate'), '', 'nothing can be started');
      await browser.type(hook('settings-train-size'), '500');
      await page.choose('settings-optimizer', 'sgd');
      assert.equal(await page.text('estimate'), '', 'not measured yet');
      await known();
      await page.speak('zh-Hans');
      assert.match(await page.text('estimate'), /^在此设备上(只需几秒|大约需要 [\d.]+ (秒|分钟))$/);
      await page.speak('en');
      await page.click('train-start');
      assert.equal(await page.text('estimate'), '', 'the time left is said now');
      await page.trained('training');
      await browser.waitFor(() => document.querySelector('.tape-end')?.textContent);
      assert.equal(await page.text('estimate'), '');
      await page.click('train-stop');
      await page.trained('idle');
      await known();
      assert.equal(await page.text('train-start'), 'Continue');
    });

    test('the language changes everything and is remembered', async () => {
      const { browser, page } = opened;
      const names = [
        'Fashion-MNIST',
        'IDX',
        'Leaky',
        'ReLU',
        'Dropout',
        'API',
        'softmax',
        'AdamW',
        'Adam',
        'AdaDelta',
        'SGD',
        'RMSprop',
        'Adagrad',
        'Muon',
        'Nesterov',
        'EMA',
        'LeNet',
        'Zalando SE',
        'MIT',
        'simd',
        'F1',
        'English',
        'gzip',
        'MB',
        'CSV',
        'JSON',
        'SVG',
        'PNG',
        'ONNX',
        'Keras',
        'Teachable Machine',
        'TensorFlow.js',
        'Fitting Room',
        'safetensors',
        'model.json',
        '.fit',
        '.json',
        '.bin',
        '.h5',
        '.onnx',
        '.keras',
        '.zip',
        '.csv',
        'float32',
        'float16',
        'int8',
        'uint8',
      ];
      const check = async (/** @type {string} */ when) => {
        await page.speak('en');
        assert.deepEqual(await browser.evaluate(foreignWords, '[\\u3400-\\u9fff]', ['简体中文']), [], when);
        await page.speak('zh-Hans');
        assert.deepEqual(await browser.evaluate(foreignWords, '[A-Za-z]{2,}', names), [], when);
      };
      await page.open(ENDLESS);
      await page.loaded();
      await check('idle');
      await page.click('train-start');
      await browser.waitFor(() => document.querySelector('.tape-end')?.textContent);
      await check('training');
      await page.click('train-pause');
      await page.trained('paused');
      await check('paused');
      await page.click('train-stop');
      await browser.waitFor(() => document.getElementById('evaluation')?.dataset.state === 'ready');
      await check('stopped');
      await page.choose('settings-seed', '1');
      await check('changed');
      await page.choose('settings-epochs', '0');
      await check('invalid');
      await page.choose('model-preset', 'residual');
      await page.choose('layer-with', '1');
      await browser.waitFor(() => document.querySelector('.layer.at-fault .error')?.textContent);
      await page.click('layer-remove');
      for (const group of await browser.evaluate(() =>
        [...document.querySelectorAll('#model-kind option')].map(
          (option) => /** @type {HTMLOptionElement} */ (option).value,
        ),
      )) {
        await page.choose('model-kind', group);
        await page.click('model-add');
      }
      await browser.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
      await check('every layer');
      await page.open(QUICK);
      await page.loaded();
      await page.click('train-start');
      await page.trained('done');
      await check('done');
      await page.open(QUICK);
      await browser.waitFor(() => document.documentElement.lang === 'zh-Hans');
      await page.speak('en');
      assert.equal(await browser.evaluate(() => document.querySelector('h1')?.textContent), 'Fitting Room');
    });

    test('the theme changes the ground and is remembered', async () => {
      const { browser, page } = opened;
      const ground = () => browser.evaluate(() => getComputedStyle(document.body).backgroundColor);
      await page.choose('theme', 'dark');
      assert.equal(await ground(), 'rgb(23, 22, 20)');
      await page.open(QUICK);
      assert.equal(await ground(), 'rgb(23, 22, 20)');
      await page.choose('theme', 'light');
      assert.equal(await ground(), 'rgb(250, 247, 242)');
    });

    test('the API is in the console', async () => {
      const { browser } = opened;
      await browser.waitFor(() => 'fittingRoom' in globalThis);
      const names = await browser.evaluate(() => Object.keys(/** @type {any} */ (globalThis).fittingRoom));
      for (const each of ['sequential', 'layers', 'datasets', 'tensor']) assert.ok(names.includes(each), each);
      const parameters = await browser.evaluate(async () => {
        const { sequential, layers } = /** @type {any} */ (globalThis).fittingRoom;
        const model = await sequential({ layers: [layers.dense({ units: 3, inputShape: [4] })] });
        return model.countParams();
      });
      assert.equal(parameters, 15);
    });

    test('without an error in the console', () => {
      assert.deepEqual(opened.browser.errors, []);
    });
  });
}

test('the first language is the browser’s', { timeout: 60_000 }, async () => {
  const { browser, close } = await openPage('chromium', { query: QUICK, browser: { locale: 'zh-CN', dark: true } });
  try {
    await browser.waitFor(() => document.documentElement.lang === 'zh-Hans');
    assert.equal(await browser.evaluate(() => document.documentElement.dataset.theme), 'dark');
  } finally {
    await close();
  }
});

/**
 * Visible texts and labels that match a pattern after the allowed words are removed; runs in the page.
 * @param {string} pattern
 * @param {string[]} allowed
 */
function foreignWords(pattern, allowed) {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  const texts = [...document.querySelectorAll('[aria-label]')]
    .filter((node) => !node.closest('[translate="no"]'))
    .map((node) => node.getAttribute('aria-label') ?? '');
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = /** @type {Element} */ (node.parentElement);
    if (!parent.closest('script, style, noscript, [translate="no"]')) texts.push(node.textContent ?? '');
  }
  for (const text of texts) {
    const rest = allowed.reduce((left, word) => left.replaceAll(word, ''), text);
    if (new RegExp(pattern).test(rest)) found.push(text);
  }
  return found;
}
