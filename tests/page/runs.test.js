import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { layers, sequential } from '../../shim/index.js';
import { digestsOfRuns, lastRun, rewriteRuns } from '../support/kept.js';
import { shirt } from '../support/pictures.js';
import { drop, hook, openPage, withPage } from './page.js';

/** Nothing that a user presses loses a run, and what the page says about a model is what was recorded for it. */

const EPOCHS = 1000; // never reaches its end during a test
const LONG = `data=synthetic&epochs=${EPOCHS}&train-size=1000&filters=8&units=32`;
const QUICK = 'data=synthetic&epochs=3&train-size=500&filters=8&units=32';

/** @typedef {import('./page.js').Opened} Opened */

/** Whether something is visible; runs in the page. @param {string} selector */
const seen = (selector) => Boolean(document.querySelector(selector)?.checkVisibility());

/** @param {Opened} opened @param {string} testid */
const appears = ({ browser }, testid) => browser.waitFor(seen, { args: [hook(testid)] });

/** @param {Opened} opened @param {number} epochs */
const trainsTo = ({ browser }, epochs) =>
  browser.waitFor(
    (/** @type {number} */ wanted) =>
      Number(
        /** @type {HTMLElement | null} */ (document.querySelector('[data-testid="history-loss"]'))?.dataset.points,
      ) >= wanted,
    { args: [epochs] },
  ); // none while a page is loading

/** @param {Opened} opened @param {number} epochs that it has at least reached */
async function trainsAndStops(opened, epochs) {
  const { page } = opened;
  await page.click('train-start');
  await trainsTo(opened, epochs);
  await page.click('train-stop');
  await page.trained('idle');
}

/** @param {Opened} opened */
const evaluated = ({ browser }) =>
  browser.waitFor(() => document.getElementById('evaluation')?.dataset.state === 'ready');

/** @param {Opened} opened @param {string} testid */
const disabled = ({ browser }, testid) =>
  browser.evaluate(
    (/** @type {string} */ selector) => document.querySelector(selector)?.matches(':disabled'),
    hook(testid),
  );

/** The latest answer of Try it, once it is from the current model. @param {Opened} opened */
const answer = ({ browser }) =>
  browser.waitFor(
    (/** @type {string} */ selector) => {
      const { state, class: name, confidence } = /** @type {HTMLElement} */ (document.querySelector(selector)).dataset;
      return state === 'ready' && `${name} ${confidence}`;
    },
    { args: [hook('photo-result')] },
  );

for (const name of inBrowsers('any')) {
  describe(`an interrupted run in ${name}`, { timeout: 180_000 }, () => {
    /** @type {Opened} */
    let opened;

    before(async () => {
      opened = await openPage(name, { query: LONG });
      opened.browser.page?.on('dialog', (dialog) => dialog.accept());
      await opened.page.loaded();
      await trainsAndStops(opened, 6);
    });
    after(() => opened?.close());

    test('is continued by the main button, whichever that is, as soon as it is offered', async () => {
      const { page, browser } = opened;
      assert.equal(
        await browser.evaluate(() => document.getElementById('begin')?.textContent),
        'Continue training',
        'Stop leaves a run to continue',
      );
      for (const query of [LONG, '']) {
        await page.open(query);
        const { facts: before, id } = await browser.evaluate(lastRun);
        await appears(opened, 'resume-offer');
        assert.equal(await page.text('train-start'), 'Continue');
        assert.equal(await browser.evaluate(() => document.getElementById('begin')?.textContent), 'Continue training');
        assert.match(await page.text('train-status'), /interrupted in epoch \d+ of 1,?000/);
        await browser.click('#begin');
        await page.trained('training');
        await trainsTo(opened, before.position.epoch + 2);
        await page.click('train-stop');
        await page.trained('idle');
        const now = await browser.evaluate(lastRun);
        assert.equal(now.id, id, 'the same run');
        assert.ok(
          now.facts.epochs.length > before.epochs.length &&
            now.facts.epochs[0].logs.loss === before.epochs[0].logs.loss,
        );
      }
    });

    test('is started over only by the button that says so, and can be returned to', async () => {
      const { page, browser } = opened;
      await page.open(LONG);
      const { id } = await browser.evaluate(lastRun);
      await appears(opened, 'resume-offer');
      await page.click('train-anew');
      await page.trained('training');
      await appears(opened, 'earlier-run');
      await trainsTo(opened, 1);
      assert.notEqual((await browser.evaluate(lastRun)).id, id);
      await page.click('earlier-return');
      await browser.waitFor(
        `(${lastRun})().then((run) => run.id === ${JSON.stringify(id)} && run.facts.position.epoch > 6)`,
      );
      await page.trained('training');
      await appears(opened, 'earlier-run'); // the run that it replaced is offered too
      await page.click('train-stop');
      await page.trained('idle');
    });

    test('is passed over by other settings, and stays saved', async () => {
      const { page, browser } = opened;
      await page.open(LONG);
      const { id } = await browser.evaluate(lastRun);
      await appears(opened, 'resume-offer');
      await page.choose('settings-epochs', '2');
      assert.equal(await page.text('train-start'), 'Start');
      assert.match(
        await browser.evaluate(() => document.getElementById('settings-note')?.textContent),
        /The interrupted run stays saved/,
      );
      await page.click('train-start');
      await page.trained('done');
      await appears(opened, 'earlier-run');
      await page.click('earlier-return');
      await page.trained('training');
      await page.click('train-stop');
      await page.trained('idle');
      assert.equal((await browser.evaluate(lastRun)).id, id);
    });

    test('is discarded for good only until Undo is pressed', async () => {
      const { page, browser } = opened;
      await page.open(LONG);
      const run = await browser.evaluate(lastRun);
      await appears(opened, 'resume-offer');
      await page.click('resume-discard');
      await appears(opened, 'resume-undo');
      assert.notEqual((await browser.evaluate(lastRun))?.id, run.id);
      await page.click('resume-undo');
      await browser.waitFor((/** @type {string} */ selector) => !document.querySelector(selector)?.checkVisibility(), {
        args: [hook('resume-undo')],
      });
      assert.deepEqual(await browser.evaluate(lastRun), run);
      await page.click('resume-run');
      await page.trained('training');
      await page.click('train-stop');
      await page.trained('idle');
    });

    test('without an error in the console', () => assert.deepEqual(opened.browser.errors, []));
  });
}

test('a run is not begun before it is known whether one is to be continued', { timeout: 60_000 }, () =>
  withPage(['chromium', { query: LONG }], async (opened) => {
    const { page, browser } = opened;
    browser.page?.on('dialog', (dialog) => dialog.accept());
    await page.loaded();
    await trainsAndStops(opened, 2);
    const { id } = await browser.evaluate(lastRun);
    await page.open(LONG);
    // by key, as soon as the page has its texts: what still loads above moves the button away from the mouse
    await browser.waitFor(
      (/** @type {string} */ selector) => {
        const start = /** @type {HTMLElement | null} */ (document.querySelector(selector));
        start?.focus();
        return start?.textContent && document.activeElement === start;
      },
      { args: [hook('train-start')] },
    );
    await browser.press('Enter');
    await trainsTo(opened, 3);
    assert.equal((await browser.evaluate(lastRun)).id, id);
  }),
);

describe('the model of the tab has one owner', { timeout: 180_000 }, () => {
  /** @type {Opened} */
  let opened;

  before(async () => {
    opened = await openPage('chromium', { query: QUICK });
    opened.browser.page?.on('dialog', (dialog) => dialog.accept());
    await opened.page.loaded();
    await appears(opened, 'save-name');
    await opened.page.click('train-start');
    await opened.page.trained('done');
    await opened.browser.type(hook('save-name'), 'First');
    await opened.page.click('save-model');
    await appears(opened, 'library-item');
  });
  after(() => opened?.close());

  test('the tab’s pictures are answered with the weights that the note tells of', async () => {
    const { page, browser } = opened;
    await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
      args: [hook('model-choice')],
    });
    await page.choose('model-choice', 'trained');
    await drop(browser, shirt());
    const first = await answer(opened);
    const about = () => browser.evaluate(() => document.querySelector('.photo-model .quiet')?.textContent);
    assert.match(await about(), /your last run/);
    await page.choose('settings-seed', '7');
    await page.choose('settings-epochs', String(EPOCHS));
    await page.click('train-start');
    await trainsTo(opened, 1);
    assert.match(await about(), /the previous run/);
    assert.equal(await answer(opened), first);
    await page.click('train-stop');
    await evaluated(opened);
    await browser.waitFor(() => /your last run/.test(document.querySelector('.photo-model .quiet')?.textContent ?? ''));
    assert.notEqual(await answer(opened), first, 'other weights answer now');
  });

  test('a saved model cannot take its place while a run is under way', async () => {
    const { page, browser } = opened;
    await page.click('train-start');
    await page.trained('training');
    assert.equal(await disabled(opened, 'library-use'), true);
    // As a click a moment before Start would do.
    await browser.evaluate((/** @type {string} */ selector) => {
      const button = /** @type {HTMLButtonElement} */ (document.querySelector(selector));
      button.disabled = false;
      button.click();
    }, hook('library-use'));
    await browser.waitFor(
      (/** @type {string} */ selector) =>
        /once the current run has ended/.test(document.querySelector(selector)?.textContent ?? ''),
      { args: [hook('keep-message')] },
    );
    assert.equal(await page.data('train-status', 'state'), 'training');
    await page.click('train-stop');
    await page.trained('idle');
  });

  test('one that is used while another is evaluated waits for that, and is what is evaluated then', async () => {
    const { page, browser } = opened;
    await page.click('evaluate-again');
    await page.click('library-use');
    await page.trained('done');
    await evaluated(opened);
    assert.match(await page.text('train-status'), /saved model “First”/);
    assert.equal(await page.data('history-loss', 'points'), '3', 'its history');
    assert.equal(await page.text('train-start'), 'Start');
    await browser.waitFor(() =>
      /saved model “First”/.test(document.querySelector('.photo-model .quiet')?.textContent ?? ''),
    );
    assert.ok(await browser.evaluate(seen, hook('earlier-run')), 'the run whose place it took can be returned to');
  });

  test('how a run ended is recorded: an imported model says nothing of a validation loss', async () => {
    const { page, browser } = opened;
    const model = await sequential({
      layers: [layers.flatten({ inputShape: [28, 28, 1] }), layers.dense({ units: 10, activation: 'softmax' })],
      seed: 1,
    });
    await drop(browser, { name: 'coats.fit', type: '', bytes: Buffer.from(await model.save()) });
    await browser.waitFor((/** @type {string} */ selector) => document.querySelectorAll(selector).length === 2, {
      args: [hook('library-item')],
    });
    await page.click('library-use');
    await browser.waitFor(() =>
      /“coats”/.test(document.querySelector('[data-testid="train-status"]')?.textContent ?? ''),
    );
    await evaluated(opened);
    assert.doesNotMatch(await page.text('train-status'), /epoch|validation/);
  });

  test('an attempt that fails leaves the model that was there', async () => {
    const { page, browser } = opened;
    const status = await page.text('train-status');
    const small = await sequential({
      layers: [layers.flatten({ inputShape: [4, 4, 1] }), layers.dense({ units: 2 })],
      seed: 1,
    });
    await drop(browser, { name: 'small.fit', type: '', bytes: Buffer.from(await small.save()) });
    await browser.waitFor((/** @type {string} */ selector) => document.querySelectorAll(selector).length === 3, {
      args: [hook('library-item')],
    });
    await page.click('library-use');
    await browser.waitFor(
      (/** @type {string} */ selector) =>
        /got \[4,4,1\] to \[2\]/.test(document.querySelector(selector)?.textContent ?? ''),
      { args: [hook('keep-message')] },
    );
    assert.equal(await page.text('train-status'), status);
    await page.click('evaluate-again');
    await evaluated(opened);
    await page.click('library-download'); // a success: the failure's message disappears
    await browser.waitFor(
      (/** @type {string} */ selector) => /^Downloaded/.test(document.querySelector(selector)?.textContent ?? ''),
      { args: [hook('keep-message')] },
    );
    assert.equal(
      await browser.evaluate(
        (/** @type {string} */ selector) => document.querySelector(selector)?.classList.contains('error'),
        hook('keep-message'),
      ),
      false,
    );
  });

  test('without an error in the console', () => assert.deepEqual(opened.browser.errors, []));
});

test(
  'a run that diverges says so, in which epoch and what to try; every view has its say without a number',
  { timeout: 90_000 },
  () =>
    withPage(
      [
        'chromium',
        { query: 'data=synthetic&epochs=5&train-size=500&model=blocks&optimizer=sgd&learning-rate=10&momentum=0.9' },
      ],
      async (opened) => {
        const { page, browser } = opened;
        await page.loaded();
        await page.click('train-start');
        await page.trained('done');
        await evaluated(opened);
        assert.match(await page.text('train-status'), /diverged in epoch 1 of 5.*learning rate.*clipping/);
        assert.ok(
          await browser.evaluate(() => document.querySelector('[data-testid="settings-clip-norm"]')),
          'what is advised is there',
        );
        const cells = await page.cells();
        assert.equal(cells.length, 25);
        for (const { predicted, sign, title } of cells) {
          assert.equal(predicted, -1);
          assert.equal(sign, 'wrong');
          assert.match(String(title), /^– \(.+\)$/);
        }
        for (const figure of ['test-loss', 'test-accuracy', 'train-loss', 'train-accuracy'])
          assert.equal(await page.text(figure), '–', figure);
        assert.match(
          await browser.evaluate(() => document.getElementById('evaluate-status')?.textContent),
          /not numbers/,
        );
        assert.equal(
          await browser.evaluate(
            () =>
              [...document.querySelectorAll('[data-testid="confusion-matrix"] button')].filter(
                (cell) => Number(/** @type {HTMLElement} */ (cell).dataset.count) > 0,
              ).length,
          ),
          0,
        );
        assert.equal(
          await browser.evaluate(
            () => document.querySelector('[data-testid="per-class"] tbody td:last-child')?.textContent !== '0',
          ),
          true,
          'the images are counted',
        );
        await page.choose('model-choice', 'trained');
        await drop(browser, shirt());
        await browser.waitFor(
          (/** @type {string} */ selector) =>
            /training diverged/.test(document.querySelector(selector)?.textContent ?? ''),
          { args: [hook('photo-message')] },
        );
        await page.choose('model-choice', 'tutorial');
        await answer(opened);
        assert.equal(await browser.evaluate(lastRun), null, 'there is nothing in it to continue');
        assert.doesNotMatch(await browser.evaluate(() => document.body.innerText), /NaN|undefined/);
        assert.deepEqual(browser.errors, []);
      },
    ),
);

for (const name of inBrowsers('any')) {
  test(
    `${name}: a run that was kept before there were keys is offered; one that was changed later by whoever has ` +
      'no key is not',
    { timeout: 120_000 },
    () =>
      withPage([name, { query: LONG }], async (opened) => {
        const { page, browser } = opened;
        browser.page?.on('dialog', (dialog) => dialog.accept());
        await page.loaded();
        await trainsAndStops(opened, 3);
        assert.ok((await browser.evaluate(rewriteRuns, null, true)) > 0);
        await page.open(LONG);
        await appears(opened, 'resume-offer');
        assert.match(
          (await browser.evaluate(digestsOfRuns)).join(),
          /^(hmac [0-9a-f]{64},?)+$/,
          'it has a keyed digest now',
        );
        await browser.evaluate(rewriteRuns, EPOCHS, false);
        await page.open(LONG);
        await page.loaded();
        await browser.waitFor(() => document.getElementById('keep') !== null);
        await browser.waitFor(
          (/** @type {string} */ selector) =>
            /** @type {HTMLElement | null} */ (document.querySelector(selector)) !== null,
          { args: [hook('save-model')] },
        );
        await page.click('train-start'); // which waits until it is known whether there is a run to offer
        await page.trained('training');
        assert.equal(await browser.evaluate(seen, hook('resume-offer')), false);
        assert.equal(
          await browser.evaluate(() => document.getElementById('begin')?.textContent?.includes('Continue')),
          false,
        );
      }),
  );
}

test(
  'a host without https, where there can be no key: a run is kept by a plain digest, and offered',
  { timeout: 120_000 },
  () =>
    withPage(
      ['chromium', { query: LONG, browser: { args: ['--host-resolver-rules=MAP plain.test 127.0.0.1'] } }],
      async (opened) => {
        const { browser, server } = opened;
        const address = `${server.url.replace('localhost', 'plain.test')}?${LONG}`;
        browser.page?.on('dialog', (dialog) => dialog.accept());
        await browser.open(address);
        assert.equal(await browser.evaluate(() => globalThis.isSecureContext), false);
        await opened.page.loaded();
        await trainsAndStops(opened, 3);
        assert.match((await browser.evaluate(digestsOfRuns)).join(), /^([0-9a-f]{64},?)+$/);
        await browser.open(address);
        await appears(opened, 'resume-offer');
      },
    ),
);
