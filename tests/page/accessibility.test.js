import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { text } from '../support/given.js';
import { things, zipped } from '../support/things.js';
import { ENDLESS, drop, hook, openPage } from './page.js';

/** axe-core finds nothing, everything works by keyboard, and nothing scrolls sideways from 320 px up. */

const axe = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

describe('accessibility', { timeout: 180_000 }, () => {
  /** @type {Awaited<ReturnType<typeof openPage>>} */
  let opened;

  before(async () => {
    opened = await openPage('chromium', { query: ENDLESS });
    await opened.browser.evaluate(axe);
    await opened.page.loaded();
  });
  after(() => opened?.close());

  /** Both themes and both languages; colours do not depend on the language. @param {string} state */
  async function checkEverywhere(state) {
    for (const [theme, language] of [
      ['light', 'zh-Hans'],
      ['dark', 'en'],
    ]) {
      await opened.page.choose('theme', theme);
      await opened.page.speak(language);
      assert.deepEqual(await violations(opened.browser), [], `${state}, ${theme}, ${language}`);
    }
    await opened.page.speak('en');
  }

  test('axe-core can find something', async () => {
    await opened.browser.evaluate(() =>
      document
        .querySelector('h1')
        ?.after(Object.assign(document.createElement('img'), { id: 'bait', src: 'icons/icon.svg' })),
    );
    assert.match(String(await violations(opened.browser)), /image-alt/);
    await opened.browser.evaluate(() => document.getElementById('bait')?.remove());
  });

  test('idle', () => checkEverywhere('idle'));

  test('with a field that cannot be used', async () => {
    await opened.browser.type(hook('settings-epochs'), '0');
    await opened.browser.type(hook('layer-kernelSize'), '29');
    await opened.browser.waitFor(() => document.querySelector('.layer.at-fault'));
    await checkEverywhere('invalid');
    await opened.browser.type(hook('settings-epochs'), '300');
    await opened.browser.type(hook('layer-kernelSize'), '3');
    await opened.browser.waitFor(() => !document.querySelector('.layer.at-fault'));
  });

  test('every kind of layer, every detail open, a layer at fault, one removed', async () => {
    const { browser, page } = opened;
    const kinds = await browser.evaluate(() =>
      [...document.querySelectorAll('#model-kind option')].map(
        (option) => /** @type {HTMLOptionElement} */ (option).value,
      ),
    );
    for (const kind of kinds) {
      await page.choose('model-kind', kind);
      await page.click('model-add');
    }
    await page.click('layer-remove');
    await browser.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
    await page.choose('settings-optimizer', 'sgd');
    await page.choose('settings-schedule', 'cosine');
    await browser.waitFor(() => document.querySelector('.layer.at-fault'));
    await checkEverywhere('editor');
    await page.choose('model-preset', 'tutorial');
    await page.choose('settings-optimizer', 'adam');
    await browser.waitFor(() => !document.querySelector('.layer.at-fault'));
  });

  test('training', async () => {
    await opened.page.click('train-start');
    await opened.browser.waitFor(
      () =>
        Number(/** @type {HTMLElement} */ (document.querySelector('[data-testid="history-loss"]')).dataset.points) >= 1,
    );
    await checkEverywhere('training');
  });

  test('paused', async () => {
    await opened.page.click('train-pause');
    await opened.page.trained('paused');
    await checkEverywhere('paused');
  });

  test('stopped, evaluated, a cell of the matrix open', async () => {
    await opened.page.click('train-stop');
    await opened.browser.waitFor(() => document.getElementById('evaluation')?.dataset.state === 'ready');
    await opened.browser.click(`${hook('confusion-matrix')} .hit`);
    await opened.browser.waitFor(() => document.querySelector('#cell-list li'));
    await checkEverywhere('stopped');
  });

  test('done', async () => {
    await opened.page.open('data=synthetic&epochs=1&train-size=500');
    await opened.browser.evaluate(axe);
    await opened.page.loaded();
    await opened.page.click('train-start');
    await opened.page.trained('done');
    await checkEverywhere('done');
  });

  test('pictures of one’s own, what was found in them unfolded', async () => {
    const { browser, page } = opened;
    await loadOwn(opened);
    await browser.evaluate(() =>
      /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('#own-found summary')).forEach((summary) =>
        summary.click(),
      ),
    );
    await browser.waitFor(() => document.querySelector('#own-found .own-group canvas'));
    await checkEverywhere('own pictures');
    await page.open('data=synthetic&epochs=1&train-size=500');
    await browser.evaluate(axe);
    await page.loaded();
    await page.click('train-start');
    await page.trained('done');
  });

  test('the matrix is walked by arrow keys and takes one stop of the Tab key', async () => {
    const { browser } = opened;
    const at = () =>
      browser.evaluate(() => [
        Number(/** @type {HTMLElement} */ (document.activeElement).dataset.row),
        Number(/** @type {HTMLElement} */ (document.activeElement).dataset.column),
      ]);
    assert.equal(
      await browser.evaluate(() => document.querySelectorAll('[data-testid="confusion-matrix"] [tabindex="0"]').length),
      1,
    );
    await browser.evaluate(() =>
      /** @type {HTMLElement} */ (document.querySelector('[data-testid="confusion-matrix"] [tabindex="0"]')).focus(),
    );
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowUp', 'ArrowUp']) await browser.press(key);
    assert.deepEqual(await at(), [0, 2]);
    await browser.press('Enter');
    assert.equal(await browser.evaluate(() => document.activeElement?.id), 'cell-title');
    await browser.click('#cell-close');
    assert.deepEqual(await at(), [0, 2], 'closing gives the focus back');
  });

  test('Tab reaches every control in order, each with a visible focus', async () => {
    const { browser, page } = opened;
    await page.open('data=synthetic&epochs=1&train-size=500');
    await page.loaded();
    await browser.evaluate(() => /** @type {HTMLElement} */ (document.activeElement)?.blur());
    const expected = await browser.evaluate(
      () =>
        [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')].filter(
          (node) => !node.matches(':disabled') && /** @type {HTMLElement} */ (node).checkVisibility(),
        ).length,
    );
    const seen = new Set();
    for (let i = 0; i < expected; i++) {
      await browser.press('Tab');
      const focus = await browser.evaluate(() => {
        const node = /** @type {HTMLElement} */ (document.activeElement);
        const shown = node.id === 'dataset-files' ? /** @type {HTMLElement} */ (node.nextElementSibling) : node;
        return {
          path: [...document.querySelectorAll('*')].indexOf(node),
          outline: getComputedStyle(shown).outlineStyle,
          name: node.outerHTML.slice(0, 80),
        };
      });
      assert.notEqual(focus.outline, 'none', focus.name);
      seen.add(focus.path);
    }
    assert.equal(seen.size, expected);
    assert.deepEqual(
      [...seen],
      [...seen].sort((a, b) => a - b),
      'in the order of the page',
    );
  });
});

for (const name of inBrowsers('any')) {
  test(`no sideways scrolling in ${name}`, { timeout: 120_000 }, async () => {
    const { browser, page, close } = await openPage(name, { query: 'data=synthetic&epochs=1&train-size=500' });
    try {
      await page.loaded();
      await page.click('train-start');
      await page.trained('done');
      await browser.click(`${hook('confusion-matrix')} .hit`);
      await loadOwn({ browser });
      await page.click('train-start');
      await page.trained('done');
      for (const language of ['en', 'zh-Hans']) {
        await page.speak(language);
        for (const [width, height] of [
          [320, 640],
          [360, 740],
          [768, 1024],
          [1100, 800],
          [1440, 900],
          [1920, 1080],
          [3840, 2160],
        ]) {
          await browser.setViewport(width, height);
          for (const large of [true, false]) {
            await page.click('grid-enlarge');
            const [content, window] = await browser.evaluate(() => [
              document.documentElement.scrollWidth,
              document.documentElement.clientWidth,
            ]);
            assert.ok(
              content <= window,
              `${language}, ${width} px, enlarged or not (${large}): ${content} > ${window}`,
            );
          }
        }
      }
    } finally {
      await close();
    }
  });
}

/**
 * Pictures of classes with long names, and of everything that is told of them.
 * @param {{ browser: import('./page.js').Browser }} opened
 */
async function loadOwn({ browser }) {
  const files = things({ 'a class of things with a very long name': 8, [`${'W'.repeat(60)}`]: 12, כובע: 30 });
  files['things/כובע/copy.png'] = files['things/a class of things with a very long name/0.png'];
  files['things/notes.txt'] = text('nothing');
  await drop(browser, { name: 'things.zip', type: 'application/zip', bytes: zipped(files) });
  await browser.waitFor(() => document.getElementById('own-found')?.checkVisibility());
}

/** @param {import('./page.js').Browser} browser */
function violations(browser) {
  return browser.evaluate(async () => {
    const { violations: found } = await /** @type {any} */ (globalThis).axe.run(document);
    return found.map(
      (/** @type {any} */ { id, nodes }) =>
        `${id}: ${nodes.map((/** @type {any} */ node) => `${node.target} ${node.any[0]?.message ?? ''}`).join('; ')}`,
    );
  });
}
