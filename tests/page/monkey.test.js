import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EVERYWHERE } from '../support/browsers.js';
import { letLoose, prepareMonkey } from '../support/monkey.js';
import { shirt } from '../support/pictures.js';
import { drop, hook, withPage } from './page.js';

/** The page with a monkey at the controls: SEED=3 ACTIONS=300 performs the first 300 actions of seed 3. */

/** @typedef {import('./page.js').Opened} Opened */
/** @typedef {import('puppeteer-core').Page} Tab */

const SEEDS = process.env.SEED ? process.env.SEED.split(',').map(Number) : EVERYWHERE ? [1, 2, 3, 4, 5] : [1, 2, 3, 4];
const ACTIONS = Number(process.env.ACTIONS ?? (EVERYWHERE ? 300 : 50));
const SMALL = 'data=synthetic&epochs=3&train-size=200';
/**
 * The pages that seeds start from, in turn: a small model, one that diverges at once, one with averaged weights that
 * ends early, one with branches.
 */
const QUERIES = [
  `${SMALL}&model=conv2d:8:3:relu,maxPooling2d:2,flatten,dense:16:relu`,
  `${SMALL}&model=flatten,dense:64,dense:64,dense:64,dense:64&optimizer=sgd&learning-rate=100`,
  `${SMALL}&model=flatten,dense:16:relu&ema=1&patience=1&schedule=oneCycle&label-smoothing=0.1&deterministic=1&log=1`,
  `${SMALL}&model=maxPooling2d:4,conv2d:4:3:same,batchNormalization,conv2d:4:3:same,add:with=2,flatten`,
];
const queryOf = (/** @type {number} */ seed) => QUERIES[(seed - 1) % QUERIES.length];
const STATES = ['idle', 'training', 'paused', 'done']; // at least, of training
const NO_NETWORK = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost';

/** @param {number} seed @param {(opened: Opened & { tab: Tab, errors: string[] }) => Promise<void>} use */
function withMonkey(seed, use) {
  /** @type {string[]} */
  const errors = [];
  const prepare = (/** @type {import('./page.js').Browser} */ { page }) =>
    prepareMonkey(/** @type {Tab} */ (page), errors);
  return withPage(
    ['chromium', { query: queryOf(seed), offline: true, browser: { args: [NO_NETWORK] }, prepare }],
    (opened) => use({ ...opened, tab: /** @type {Tab} */ (opened.browser.page), errors }),
  );
}

/**
 * A second tab of the page, in the background.
 * @param {Opened & { tab: Tab, errors: string[] }} opened
 * @param {string} query
 * @returns {Promise<Tab>}
 */
async function openOther({ browser, tab, server, errors }, query) {
  const other = await browser.newTab();
  await prepareMonkey(/** @type {Tab} */ (other.page), errors);
  await other.open(`${server.url}?${query}`);
  await tab.bringToFront();
  return /** @type {Tab} */ (other.page);
}

/** Whatever was done to it, the page trains from valid settings and classifies a picture. @param {Opened} opened */
async function stillWorks({ browser, page }) {
  const isThere = (/** @type {string} */ testid) =>
    browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector), { args: [hook(testid)] });
  /** Without a mouse: what the monkey began still moves the layout. @param {string} testid */
  const press = (testid) =>
    browser.evaluate(
      (/** @type {string} */ button) => /** @type {HTMLElement} */ (document.querySelector(button)).click(),
      hook(testid),
    );
  await browser.page?.setViewport({ width: 1280, height: 800 });
  await press('train-stop');
  const atRest = () =>
    browser.waitFor(
      (/** @type {string} */ status) =>
        !/loading|training|paused/.test(
          /** @type {HTMLElement} */ (document.querySelector(status)).dataset.state ?? '',
        ),
      { args: [hook('train-status')] },
    );
  await atRest();
  await page.choose('model-preset', 'lenet');
  for (const [name, value] of Object.entries({
    optimizer: 'adam',
    epochs: '1',
    'batch-size': '50',
    'learning-rate': '0.001',
    seed: '1',
    'train-size': '100',
    schedule: 'constant',
  }))
    await page.choose(`settings-${name}`, value);
  await browser.evaluate(() => {
    for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (
      document.querySelectorAll('#settings [aria-invalid="true"]')
    )) {
      field.value = field.inputMode === 'numeric' ? '1' : '0.1';
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }
  });
  await page.choose('dataset-source', 'synthetic');
  await press('dataset-load');
  await page.loaded();
  await atRest(); // an interrupted run may be waiting for images, and then tries them
  const state = await browser.evaluate(
    (/** @type {string[]} */ ...selectors) => {
      const [anew, start, status] = selectors.map(
        (selector) => /** @type {HTMLElement} */ (document.querySelector(selector)),
      );
      (anew.hidden ? start : anew).click();
      return status.dataset.state;
    },
    hook('train-anew'),
    hook('train-start'),
    hook('train-status'),
  );
  assert.match(state, /loading|training/);
  await page.trained('done');
  await isThere('photo-input');
  await drop(browser, shirt('last.png'));
  await browser.waitFor(
    () =>
      /** @type {HTMLElement | undefined} */ ([...document.querySelectorAll('[data-name="last.png"]')].at(-1))?.dataset
        .state === 'ready',
  );
}

/** @param {Opened} opened @param {unknown} error @param {string[]} done */
async function told({ browser }, error, done) {
  return new Error(
    `${error}\nafter ${done.slice(-20).join('\n  ')}\nthe page says: ` +
      `${await browser.evaluate('document.body.innerText').catch(String)}`,
  );
}

describe('a monkey in chromium', { timeout: SEEDS.length * 200_000 }, () => {
  /** @type {Set<string>} */
  const seen = new Set();

  for (const seed of SEEDS) {
    test(`seed ${seed}: no error, no word that only a fault says, and the page still works`, (t) =>
      withMonkey(seed, async (opened) => {
        const { tab, errors } = opened;
        const other = await openOther(opened, queryOf(seed));
        const begun = performance.now();
        const { done, states } = await letLoose(tab, { seed, actions: ACTIONS, errors, other });
        t.diagnostic(`seed ${seed}: ${done.length} actions in ${Math.round(performance.now() - begun)} ms`);
        for (const state of states) seen.add(state);
        await stillWorks(opened).catch(async (error) => Promise.reject(await told(opened, error, done)));
        assert.deepEqual(errors, []);
      }));
  }

  test('they saw training begin, pause and end', { skip: process.env.SEED ? 'some seeds only' : false }, () => {
    assert.deepEqual(
      STATES.filter((state) => !seen.has(state)),
      [],
    );
  });
});

/**
 * Faults that the monkey must notice; each runs in the page.
 * @type {Record<string, { plant: () => unknown, seen: RegExp }>}
 */
const PLANTED = {
  'a button that throws': {
    plant: () =>
      document.addEventListener('click', () => {
        throw new Error('pressed');
      }),
    seen: /uncaught: .*pressed/,
  },
  'a promise that nobody handles': {
    plant: () => void Promise.reject(new Error('left alone')),
    seen: /uncaught: .*left alone/,
  },
  'an error that is only logged': { plant: () => console.error('logged'), seen: /console: logged/ },
  'what the policy stops': {
    plant: () =>
      document.body.append(Object.assign(new Image(), { src: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=' })),
    seen: /console: .*Content Security Policy/,
  },
  'a word in the text': {
    plant: () => document.body.prepend('epoch undefined of 3'),
    seen: /“.*epoch undefined of 3.*” is to be read/s,
  },
  'a word in a label': {
    plant: () => document.body.setAttribute('aria-label', 'NaN %'),
    seen: /“NaN %” is to be read/,
  },
  'a word in a field': {
    plant: () => Object.assign(document.querySelector('[data-testid="settings-seed"]') ?? {}, { value: 'null' }),
    seen: /“null” is to be read/,
  },
  'a word in a choice': {
    plant: () => document.querySelector('select')?.append(new Option('[object Object]')),
    seen: /“.*\[object Object\].*” is to be read/s,
  },
};

test(
  'a monkey sees what is planted, tells what led to it, and passes over what it typed itself',
  { timeout: 120_000 },
  () =>
    withMonkey(1, async ({ tab, errors }) => {
      await letLoose(tab, { seed: 1, actions: 3, errors });
      for (const [what, { plant, seen }] of Object.entries(PLANTED)) {
        await tab.reload({ waitUntil: 'load' });
        await tab.evaluate(plant);
        await assert.rejects(letLoose(tab, { seed: 1, actions: 40, errors }), (/** @type {Error} */ { message }) => {
          assert.match(message, seen, what);
          assert.match(message, /^seed 1, action \d+: [^]*\nreplay: SEED=1 ACTIONS=\d+ /);
          return true;
        });
        errors.length = 0;
      }
    }),
);
