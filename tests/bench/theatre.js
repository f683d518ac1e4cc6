/**
 * How fast the page trains with its theatre in view, compared with a hidden tab: batches per second, in turns.
 * node tests/bench/theatre.js [--rounds=20] [--seconds=3]
 */
import { parseArgs } from 'node:util';
import { datasetFolder } from '../support/dataset.js';
import { hook, openPage } from '../page/page.js';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, seconds: { type: 'string', default: '3' } },
});
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
const SETTLES = 1000; // ms after the tab was shown or hidden
const dataset = datasetFolder();

/** When the trace grows next, and how long it is then; runs in the page. @param {string} selector */
const nextPoints = (selector) =>
  new Promise((resolve) => {
    const figure = /** @type {HTMLElement} */ (document.querySelector(selector));
    const before = figure.dataset.trace;
    const observer = new MutationObserver(() => {
      if (figure.dataset.trace === before) return;
      observer.disconnect();
      resolve({ time: performance.now() / 1000, points: Number(figure.dataset.trace) });
    });
    observer.observe(figure, { attributes: true });
  });

const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

const { browser, page, close } = await openPage('chromium', {
  query: `epochs=400&${dataset ? '' : 'data=synthetic'}`,
  server: { dataset },
  browser: { whole: true, width: 1440, height: 900 }, // an engine has no hidden tabs
});
try {
  const tab = /** @type {import('puppeteer-core').Page} */ (browser.page);
  await page.loaded();
  await browser.click('[data-garment="dress"]');
  await page.waitForState('photo-result', 'ready');
  await page.click('train-start');
  await page.trained('training');
  const other = await tab.browserContext().newPage();

  /** Points per second. */
  async function rate() {
    await pause(SETTLES);
    const from = await browser.evaluate(nextPoints, hook('history-accuracy'));
    await pause(seconds * 1000);
    const to = await browser.evaluate(nextPoints, hook('history-accuracy'));
    return (to.points - from.points) / (to.time - from.time);
  }

  let [shown, hidden] = [0, 0]; // points per second, of all rounds
  for (let round = 0; round < rounds; round++) {
    await tab.bringToFront();
    await browser.waitFor(() => !document.hidden);
    const here = await rate();
    await other.bringToFront();
    await browser.waitFor(() => document.hidden);
    const away = await rate();
    [shown, hidden] = [shown + here, hidden + away];
    console.log(`${here.toFixed(1)} points per second in view, ${away.toFixed(1)} in a hidden tab`);
  }
  console.log(`in view: ${((100 * shown) / hidden).toFixed(1)}% of the speed in a hidden tab (${rounds} rounds)`);
} finally {
  await close();
}
