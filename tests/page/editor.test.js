import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { hook, openPage } from './page.js';

/** The model's layers: added, moved, removed and joined, and the messages for impossible ones. */

/** @typedef {Awaited<ReturnType<typeof openPage>>} Opened */

for (const name of inBrowsers('any')) {
  describe(`the model editor in ${name}`, { timeout: 120_000 }, () => {
    /** @type {Opened} */
    let opened;

    before(async () => {
      opened = await openPage(name, { query: 'data=synthetic' });
      await opened.page.loaded();
      await described('693,962');
    });
    after(() => opened?.close());

    /** @param {string} text of the summary to wait for */
    const described = (text) =>
      opened.browser.waitFor(
        (/** @type {string} */ wanted) =>
          document.getElementById('summary')?.textContent?.includes(wanted) &&
          !document.querySelector('#summary.stale'),
        { args: [text] },
      );

    /** The layers, by the headings of their cards. @returns {Promise<string[]>} */
    const layers = () =>
      opened.browser.evaluate(() => [...document.querySelectorAll('.layer h3')].map((title) => title.textContent));

    /** @returns {Promise<string | null>} the model in the address */
    const model = () => opened.browser.evaluate(() => new URLSearchParams(location.search).get('model'));

    /** The focused control: its hook and its card's number. */
    const focused = () =>
      opened.browser.evaluate(() => {
        const node = /** @type {HTMLElement} */ (document.activeElement);
        return [
          node.dataset.testid,
          [...document.querySelectorAll('.layer')].indexOf(/** @type {Element} */ (node.closest('.layer'))) + 1,
        ];
      });

    /** @param {number} number from 1 on @param {string} testid */
    const inCard = (number, testid) => `.layer:nth-child(${number}) ${hook(testid)}`;

    /** @param {string} selector @param {string} value */
    const choose = (selector, value) =>
      opened.browser.evaluate(
        (/** @type {string} */ wanted, /** @type {string} */ chosen) => {
          const select = /** @type {HTMLSelectElement} */ (document.querySelector(wanted));
          select.value = chosen;
          select.dispatchEvent(new Event('change', { bubbles: true }));
        },
        selector,
        value,
      );

    /** The fault that each card shows. @returns {Promise<string[]>} */
    const faults = () =>
      opened.browser.evaluate(() =>
        [...document.querySelectorAll('.layer')].map((card) => card.querySelector('.error')?.textContent ?? ''),
      );

    /** @param {number} number of the card @param {RegExp} pattern */
    async function faultAt(number, pattern) {
      await opened.browser.waitFor(
        (/** @type {number} */ at) => document.querySelector(`.layer:nth-child(${at}).at-fault .error`)?.textContent,
        { args: [number] },
      );
      const found = await faults();
      assert.match(found[number - 1], pattern);
      assert.deepEqual(
        found.map(Boolean),
        found.map((_, i) => i === number - 1),
        'at this card only',
      );
    }

    test('patterns: short in the address, there after a reload, and back to one’s own', async () => {
      const { browser, page } = opened;
      await page.choose('layer-units', '64');
      assert.equal(await browser.evaluate(() => location.search), '?data=synthetic&units=64');
      await page.choose('model-preset', 'residual');
      assert.equal(await model(), 'residual');
      await described('add (Add)');
      await browser.open(await browser.evaluate(() => location.href));
      await described('add (Add)');
      assert.equal((await layers()).length, 14);
      await page.open('data=synthetic&units=64');
      await described('(None, 64)');
      await page.choose('model-preset', 'lenet');
      await page.choose('model-preset', 'blocks');
      await page.click('model-undo');
      assert.equal(await browser.evaluate(() => location.search), '?data=synthetic&units=64');
      await described('(None, 64)');
      await page.choose('model-preset', 'tutorial');
      assert.equal(await browser.evaluate(() => location.search), '?data=synthetic');
    });

    test('a layer is added where it is wanted, gets the focus, and is there after a reload', async () => {
      const { browser, page } = opened;
      await page.choose('model-kind', 'dense');
      await page.choose('model-after', '4');
      await page.click('model-add');
      assert.deepEqual(await focused(), ['layer-units', 5]);
      await browser.type(inCard(5, 'layer-units'), '40');
      await choose(inCard(5, 'layer-activation'), 'tanh');
      assert.match(await browser.evaluate(() => document.getElementById('model-note')?.textContent), /Dense .*layer 5/);
      await described('(None, 40)');
      assert.equal(await model(), 'conv2d:32:3:relu,maxPooling2d:2,flatten,dense:128:relu,dense:40:tanh,dropout:0.5');
      await browser.open(await browser.evaluate(() => location.href));
      await described('(None, 40)');
      assert.deepEqual(await layers(), [
        '1 Convolution',
        '2 Max pooling',
        '3 Flatten',
        '4 Dense',
        '5 Dense',
        '6 Dropout',
        '7 Dense',
      ]);
      assert.equal(
        await browser.evaluate(
          (/** @type {string} */ selector) => /** @type {HTMLSelectElement} */ (document.querySelector(selector)).value,
          inCard(5, 'layer-activation'),
        ),
        'tanh',
      );
    });

    test('moved by keyboard, the focus goes along and turns at the end', async () => {
      const { browser } = opened;
      const press = async () => {
        const before = await model();
        if (name === 'chromium') await browser.press('Enter');
        // keys sent by Firefox's driver press no button
        else await browser.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).click());
        await browser.waitFor(
          (/** @type {string | null} */ was) => new URLSearchParams(location.search).get('model') !== was,
          { args: [before] },
        );
        return focused();
      };
      await browser.evaluate(
        (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector)).focus(),
        inCard(5, 'layer-down'),
      );
      assert.deepEqual(await press(), ['layer-up', 6], 'the last place: only up is left');
      assert.deepEqual(await press(), ['layer-up', 5]);
      assert.deepEqual(await press(), ['layer-up', 4]);
      assert.equal((await model())?.split(',')[3], 'dense:40:tanh');
      await described('(None, 40)');
      assert.ok(
        await browser.evaluate(() =>
          ['Move up: 4 Dense', 'Move down: 4 Dense', 'Remove: 4 Dense'].every((label) =>
            document.querySelector(`[aria-label="${label}"]`),
          ),
        ),
      );
    });

    test('removed, and undone with all that was typed', async () => {
      const { browser, page } = opened;
      const before = await model();
      await browser.type(inCard(4, 'layer-units'), '-5');
      await faultAt(4, /whole number from 1 to 65,536/);
      await browser.click(inCard(4, 'layer-remove'));
      assert.deepEqual(await focused(), ['layer-remove', 4], 'the next one');
      assert.deepEqual((await layers()).slice(3), ['4 Dense', '5 Dropout', '6 Dense']);
      await browser.type(inCard(1, 'layer-filters'), '16');
      assert.deepEqual(await faults(), Array(6).fill(''));
      await page.click('model-undo');
      assert.deepEqual(await focused(), ['layer-remove', 4]);
      assert.equal(
        await browser.evaluate(
          (/** @type {string} */ selector) => /** @type {HTMLInputElement} */ (document.querySelector(selector)).value,
          inCard(4, 'layer-units'),
        ),
        '-5',
      );
      assert.equal(await model(), before?.replace('conv2d:32', 'conv2d:16'), 'what was altered since stays');
      await browser.type(inCard(4, 'layer-units'), '40');
      await described('(None, 40)');
      assert.equal(
        await browser.evaluate(
          (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector)).hidden,
          hook('model-undo'),
        ),
        true,
      );
    });

    test('what cannot be is explained at its card, and Start goes there', async () => {
      const { browser, page } = opened;
      await page.open('data=synthetic&epochs=1&train-size=200&model=conv2d:8:3:relu,flatten,conv2d:4:3,dense:16:relu');
      await page.loaded();
      await faultAt(3, /needs an image .*, but its input has shape 5408\. Move/);
      await page.click('train-start');
      assert.deepEqual(await focused(), ['layer-filters', 3]);
      assert.equal(await page.data('train-status', 'state'), 'idle');
      await page.speak('zh-Hans');
      await faultAt(3, /需要图片输入/);
      await page.speak('en');
      await browser.click(inCard(2, 'layer-down'));
      await described('(None, 24, 24, 4)');
      assert.deepEqual(await faults(), Array(5).fill(''));
      await browser.click(inCard(3, 'layer-remove'));
      await faultAt(3, /needs a flat input, but its input has shape 24.×.24.×.4\. Add/);
      await page.click('model-undo');
      await browser.type(inCard(2, 'layer-kernelSize'), '27');
      await faultAt(2, /27 × 27 does not fit.* 26.×.26.×.8/);
      await browser.type(inCard(2, 'layer-kernelSize'), '0');
      await faultAt(2, /kernel size: Enter a whole number/);
      await browser.type(inCard(2, 'layer-kernelSize'), '5');
      await described('(None, 22, 22, 4)');
    });

    test('branches: which layer is read, which is added, and who is left unread', async () => {
      const { browser, page } = opened;
      await page.open(
        'data=synthetic&epochs=1&train-size=200&model=conv2d:8:3:same,conv2d:8:3:same,conv2d:4:3:same,flatten',
      );
      await page.loaded();
      await described('(None, 28, 28, 4)');
      await page.choose('model-kind', 'add');
      await page.choose('model-after', '3');
      await page.click('model-add');
      await faultAt(4, /same shape can be added; these are 28.×.28.×.4 and 28.×.28.×.8/);
      await browser.type(inCard(3, 'layer-filters'), '8');
      await described('add (Add)');
      const id = (/** @type {number} */ number) =>
        browser.evaluate(
          (/** @type {number} */ wanted) =>
            /** @type {HTMLOptionElement} */ (
              document.querySelector(`.layer:nth-child(4) [data-testid="layer-with"]`)?.querySelectorAll('option')[
                wanted
              ]
            ).value,
          number,
        );
      await choose(inCard(4, 'layer-with'), await id(1));
      assert.equal((await model())?.split(',')[3], 'add:with=1');
      await browser.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
      await choose(inCard(3, 'layer-from'), await id(1));
      await faultAt(2, /No later layer uses the output of this one/);
      assert.match(
        await browser.evaluate(() => document.querySelector('.layer:nth-child(3)')?.textContent),
        /input: 1 Convolution/,
      );
      await choose(inCard(4, 'layer-with'), await id(2));
      await described('add (Add)');
      assert.equal(await model(), 'conv2d:8:3:same,conv2d:8:3:same,conv2d:8:3:same:from=1,add:with=2,flatten');
      await browser.open(await browser.evaluate(() => location.href));
      await page.loaded();
      await described('add (Add)');
      assert.deepEqual(
        await browser.evaluate(() => [...document.querySelectorAll('.layer .shape')].map((shape) => shape.textContent)),
        ['28 × 28 × 8', '28 × 28 × 8', '28 × 28 × 8', '28 × 28 × 8', '6272', '10'],
      );
      await browser.click(inCard(2, 'layer-down'));
      await browser.click(inCard(3, 'layer-down'));
      await faultAt(3, /takes its input from a later layer/);
      await page.click('train-start');
      assert.equal(await page.data('train-status', 'state'), 'idle');
    });

    test('concatenation: a second layer whose shape agrees in all but the last number', async () => {
      const { browser, page } = opened;
      await page.open(
        'data=synthetic&epochs=1&train-size=200&model=conv2d:8:3:same,conv2d:4:3:same,maxPooling2d:2,flatten',
      );
      await page.loaded();
      await described('(None, 14, 14, 4)');
      await page.choose('model-kind', 'concatenate');
      await page.choose('model-after', '2');
      await page.click('model-add');
      await described('concatenate (Concatenate)');
      assert.deepEqual(await focused(), ['layer-with', 3]);
      assert.equal(await model(), 'conv2d:8:3:same,conv2d:4:3:same,concatenate:with=1,maxPooling2d:2,flatten');
      assert.deepEqual(
        await browser.evaluate(() => [...document.querySelectorAll('.layer .shape')].map((shape) => shape.textContent)),
        ['28 × 28 × 8', '28 × 28 × 4', '28 × 28 × 12', '14 × 14 × 12', '2352', '10'],
      );
      await browser.click(inCard(3, 'layer-down'));
      await faultAt(4, /agree in all but the last number; these are 14.×.14.×.4 and 28.×.28.×.8/);
      const said = () =>
        browser.evaluate(
          (/** @type {string} */ select) => [
            document.querySelector('.layer:nth-child(4) h3')?.textContent,
            document.querySelector(select)?.previousElementSibling?.textContent,
          ],
          inCard(4, 'layer-with'),
        );
      assert.deepEqual(await said(), ['4 Concatenation', 'and']);
      await page.speak('zh-Hans');
      await faultAt(4, /除最后一维外.*14.×.14.×.4.*28.×.28.×.8/);
      assert.deepEqual(await said(), ['4 拼接', '与之拼接的层']);
      await page.speak('en');
      await browser.click(inCard(4, 'layer-up'));
      await described('(None, 28, 28, 12)');
      assert.deepEqual(await faults(), Array(6).fill(''));
    });

    test('the last layer stays, and all others may go', async () => {
      const { browser, page } = opened;
      await page.open('data=synthetic&model=flatten,dense:8');
      await described('(None, 8)');
      await page.click('layer-remove');
      await page.click('layer-remove');
      assert.deepEqual(await layers(), ['1 Dense']);
      assert.deepEqual(await focused(), ['model-kind', 0]);
      await faultAt(1, /needs a flat input/);
      await page.loaded();
      await page.click('train-start');
      assert.equal(await browser.evaluate(() => document.activeElement?.textContent), '1 Dense', 'Start goes there');
      assert.equal(await browser.evaluate(() => document.querySelectorAll('.layer button, .layer input').length), 0);
      await page.choose('model-kind', 'flatten');
      await page.click('model-add');
      await described('(None, 784)');
    });

    test('an address that cannot be is corrected with a note', async () => {
      const { browser, page } = opened;
      await page.open('data=synthetic&model=conv2d:8:3,magic:7,flatten');
      await described('693,962');
      await browser.waitFor(() =>
        /model=magic:7.*Using tutorial instead/.test(document.getElementById('corrections')?.textContent ?? ''),
      );
    });

    test('sixty-four layers and no more', async () => {
      const { browser, page } = opened;
      await page.open(`data=synthetic&model=${Array(62).fill('flatten').join()}`);
      await browser.waitFor(() => document.querySelectorAll('.layer').length === 63);
      await page.click('model-add');
      assert.equal((await layers()).length, 64);
      assert.ok(
        await browser.evaluate(() => document.querySelector('[data-testid="model-add"]')?.matches(':disabled')),
      );
    });

    test('without an error in the console', () => assert.deepEqual(opened.browser.errors, []));
  });
}

/** @param {Opened} opened @param {string} query */
async function trains({ page }, query) {
  await page.open(`data=synthetic&train-size=96&${query}`);
  await page.loaded();
  await page.click('train-start');
  await page.trained('done');
  assert.equal(await page.data('history-loss', 'points'), new URLSearchParams(query).get('epochs'), query);
  assert.match(await page.text('test-loss'), /^\d/, query);
  assert.equal((await page.cells()).length, 25, query);
}

test('every pattern and every way to train, for a few steps', { timeout: 180_000 }, async () => {
  const opened = await openPage('chromium', { query: 'data=synthetic' });
  try {
    for (const preset of ['lenet', 'blocks', 'residual']) await trains(opened, `model=${preset}&epochs=1`);
    await trains(
      opened,
      'epochs=1&model=randomFlip:horizontal,randomTranslation:0.1:0.1,randomRotation,randomZoom,randomContrast,' +
        'randomErasing,concatenate:with=0,depthwiseConv2d:3:relu,averagePooling2d,zeroPadding2d:1,leakyReLU,' +
        'globalMaxPooling2d,reshape:-1,dense:8:gelu:kernelRegularizer=l2:kernelInitializer=heNormal',
    );
    for (const way of [
      'optimizer=adamw&schedule=exponential&decay=0.01&ema=1',
      'optimizer=adadelta&schedule=cosine&warm-up=0.2&label-smoothing=0.1',
      'optimizer=sgd&momentum=0.9&nesterov=1&schedule=oneCycle',
      'optimizer=rmsprop&momentum=0.5&schedule=piecewise&ema=1&label-smoothing=0.1',
      'optimizer=adagrad',
    ])
      await trains(opened, `epochs=2&model=flatten,dense:16:relu&${way}`);
    assert.deepEqual(opened.browser.errors, []);
  } finally {
    await opened.close();
  }
});

for (const name of inBrowsers('any', ['firefox', 'webkit'])) {
  test(`the residual pattern in ${name}`, { timeout: 180_000 }, async () => {
    const opened = await openPage(name, { query: 'data=synthetic' });
    try {
      await trains(opened, 'epochs=2&model=residual&schedule=oneCycle');
    } finally {
      await opened.close();
    }
  });
}

/**
 * Presses Add until there are kinds of layers to choose from; starts before the page does, and runs in it.
 * @param {string} add
 */
function pressEarly(add) {
  const watched = /** @type {any} */ (globalThis);
  watched.presses = 0;
  const press = () => {
    if (document.getElementById('model-kind')?.children.length) return;
    /** @type {HTMLElement | null} */ (document.querySelector(add))?.click();
    watched.presses++;
    setTimeout(press);
  };
  document.addEventListener('DOMContentLoaded', press);
}

for (const name of inBrowsers('any')) {
  test(`${name}: Add adds nothing before there are kinds to choose from`, { timeout: 60_000 }, async () => {
    const opened = await openPage(name, {
      query: 'data=synthetic',
      prepare: async ({ page }) => page?.evaluateOnNewDocument(pressEarly, hook('model-add')),
    });
    try {
      await opened.page.loaded();
      assert.ok((await opened.browser.evaluate('presses')) > 0);
      assert.equal(await opened.browser.evaluate('document.querySelectorAll(".layer").length'), 6);
      assert.deepEqual(opened.browser.errors, []);
    } finally {
      await opened.close();
    }
  });
}
