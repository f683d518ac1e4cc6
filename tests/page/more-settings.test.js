import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ENDLESS, hook, openPage } from './page.js';

/** The settings behind “More settings”. */

describe('more settings', { timeout: 120_000 }, () => {
  /** @type {Awaited<ReturnType<typeof openPage>>} */
  let opened;

  before(async () => {
    opened = await openPage('chromium', { query: 'data=synthetic' });
  });
  after(() => opened?.close());

  /** @returns {Promise<string[]>} the hooks of the visible settings */
  const shown = () =>
    opened.browser.evaluate(() =>
      [...document.querySelectorAll('#more-settings [data-testid]')]
        .filter((field) => field.checkVisibility())
        .map((field) => /** @type {HTMLElement} */ (field).dataset.testid?.replace('settings-', '')),
    );

  test('are closed, and show what the others call for', async () => {
    const { browser, page } = opened;
    assert.deepEqual(await shown(), []);
    await browser.click('#train-form summary');
    assert.deepEqual(await shown(), ['schedule', 'label-smoothing', 'patience', 'clip-norm', 'ema']);
    await page.choose('settings-optimizer', 'sgd');
    await page.choose('settings-schedule', 'cosine');
    assert.deepEqual(await shown(), [
      'schedule',
      'warm-up',
      'momentum',
      'label-smoothing',
      'patience',
      'clip-norm',
      'nesterov',
      'ema',
    ]);
    await page.choose('settings-optimizer', 'adamw');
    await page.choose('settings-schedule', 'piecewise');
    assert.deepEqual(await shown(), [
      'schedule',
      'decay',
      'weight-decay',
      'label-smoothing',
      'patience',
      'clip-norm',
      'ema',
    ]);
  });

  test('survive a reload, and are open then', async () => {
    const { browser, page } = opened;
    await page.choose('settings-optimizer', 'sgd');
    await page.choose('settings-schedule', 'oneCycle');
    await browser.type(hook('settings-momentum'), '0.9');
    await browser.type(hook('settings-warm-up'), '0.3');
    await browser.type(hook('settings-label-smoothing'), '0.1');
    await page.click('settings-nesterov');
    await page.click('settings-ema');
    await browser.type(hook('settings-ema-momentum'), '0.998');
    const address =
      '?data=synthetic&optimizer=sgd&momentum=0.9&nesterov=1&schedule=oneCycle&warm-up=0.3' +
      '&label-smoothing=0.1&ema=1&ema-momentum=0.998';
    const query = await browser.evaluate(() => location.search);
    assert.deepEqual([...new URLSearchParams(query)].sort(), [...new URLSearchParams(address)].sort());
    await page.open(query.slice(1));
    assert.deepEqual(await shown(), [
      'schedule',
      'warm-up',
      'momentum',
      'label-smoothing',
      'patience',
      'clip-norm',
      'nesterov',
      'ema',
      'ema-momentum',
    ]);
    assert.equal(await browser.evaluate(() => location.search), query);
  });

  test('that cannot be are said at the field, which opens when Start is pressed', async () => {
    const { browser, page } = opened;
    await page.loaded();
    await browser.type(hook('settings-label-smoothing'), '2');
    assert.match(
      await browser.evaluate(() => document.getElementById('labelSmoothing-error')?.textContent),
      /from 0 to 0\.9\.$/,
    );
    await browser.click('#train-form summary');
    await page.click('train-start');
    assert.equal(
      await browser.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).dataset.testid),
      'settings-label-smoothing',
    );
    assert.equal(await page.data('train-status', 'state'), 'idle');
  });

  test('of which the course of a run depends: it begins anew', async () => {
    const { browser, page } = opened;
    await page.open(`${ENDLESS}&schedule=cosine`);
    await page.loaded();
    await page.click('train-start');
    await browser.waitFor(() => document.querySelector('.tape-end')?.textContent);
    await page.click('train-stop');
    await browser.waitFor(() => document.getElementById('evaluation')?.dataset.state === 'ready');
    assert.equal(await page.text('train-start'), 'Continue');
    await page.choose('settings-epochs', '300');
    assert.equal(await page.text('train-start'), 'Start', 'the schedule is over the whole run');
    await page.choose('settings-epochs', '400');
    await page.choose('settings-patience', '4');
    assert.equal(await page.text('train-start'), 'Continue');
    await page.choose('settings-ema', '');
  });

  test('patience ends a run early, and the best weights are kept', async () => {
    const { page } = opened;
    await page.open('data=synthetic&epochs=60&train-size=64&patience=1&learning-rate=0.05');
    await page.loaded();
    await page.click('train-start');
    await page.trained('done');
    assert.match(await page.text('train-status'), /^Stopped early after \d+ of 60 epochs/);
    const epochs = Number(await page.data('history-loss', 'points'));
    assert.ok(epochs < 60, `${epochs} epochs`);
    const losses = [...(await page.text('log')).matchAll(/val_loss: ([\d.]+)/g)].map(([, loss]) => Number(loss));
    assert.ok(
      Math.abs(Number(await page.text('test-loss')) - Math.min(...losses)) < 2e-4,
      'the loss of the best epoch',
    );
    assert.equal(await page.text('train-start'), 'Start');
  });

  test('without an error in the console', () => assert.deepEqual(opened.browser.errors, []));
});
