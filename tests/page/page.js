import { startServer } from '../support/static-server.js';
import { launch } from '../support/browsers.js';

/**
 * Drives the page by its stable hooks.
 * @typedef {import('../support/browsers.js').Browser} Browser
 * @typedef {import('../support/browsers.js').BrowserName} BrowserName
 */

/** A run of the tutorial's network that takes about a second. */
export const TUTORIAL = 'data=synthetic&epochs=2&train-size=1000';

/** One with fewer filters and units, for tests that need any run. */
export const QUICK = 'data=synthetic&epochs=2&train-size=500&filters=8&units=32';

/** One that goes on until it is stopped; on one thread, so that it does not slow down what looks at it. */
export const ENDLESS = 'data=synthetic&epochs=400&train-size=10000&filters=8&units=32&threads=1';

/** @param {string} testid */
export const hook = (testid) => `[data-testid="${testid}"]`;

/** Runs in the page, before its scripts: its service worker never comes, and so does not fetch the whole page again. */
function withholdServiceWorker() {
  // on hosts without https there is none
  const { ServiceWorkerContainer } = globalThis;
  if (ServiceWorkerContainer) ServiceWorkerContainer.prototype.register = () => new Promise(() => {});
}

/**
 * @param {BrowserName} name
 * @param {{ query?: string, server?: import('../support/static-server.js').ServerOptions, at?:
 *   import('../support/static-server.js').StaticServer, browser?: import('../support/browsers.js').LaunchOptions,
 *   offline?: boolean, prepare?: (browser: Browser) => Promise<any> }} [options] at: a server that is already running
 *   and keeps running; offline: whether the page's service worker is let in, by default only if the host sends no
 *   headers, where it makes threads possible
 */
export async function openPage(
  name,
  { query = '', at, server: serverOptions, browser: browserOptions, offline, prepare } = {},
) {
  const server = at ?? (await startServer({ base: '/some/sub/path/', headers: true, ...serverOptions }));
  const browser = await launch(name, browserOptions);
  const close = async () => {
    await browser.close();
    if (!at) await server.close();
  };
  try {
    if (!(offline ?? serverOptions?.headers === false))
      await browser.page?.evaluateOnNewDocument(withholdServiceWorker);
    await prepare?.(browser);
    await browser.open(`${server.url}?${query}`);
    return { browser, server, close, page: createPage(browser, server.url) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @typedef {Awaited<ReturnType<typeof openPage>>} Opened */

/**
 * Opens a page, and closes it in any case.
 * @param {Parameters<typeof openPage>} arguments_
 * @param {(opened: Opened) => Promise<void>} use
 */
export async function withPage([name, options], use) {
  const opened = await openPage(name, options);
  try {
    await use(opened);
  } finally {
    await opened.close();
  }
}

/** @param {Browser} browser @param {string} url */
export function createPage(browser, url) {
  const text = (/** @type {string} */ testid) =>
    browser.evaluate(
      (/** @type {string} */ selector) => document.querySelector(selector)?.textContent?.trim(),
      hook(testid),
    );
  const data = (/** @type {string} */ testid, /** @type {string} */ name) =>
    browser.evaluate(
      (/** @type {string} */ selector, /** @type {string} */ key) =>
        /** @type {HTMLElement} */ (document.querySelector(selector))?.dataset[key],
      hook(testid),
      name,
    );

  /** @param {string} testid @param {string} state @param {number} [timeout] */
  const waitForState = (testid, state, timeout = 60_000) =>
    browser.waitFor(
      (/** @type {string} */ selector, /** @type {string} */ wanted) =>
        /** @type {HTMLElement} */ (document.querySelector(selector))?.dataset.state === wanted,
      { args: [hook(testid), state], timeout },
    );

  /** @param {string} testid @returns {Promise<number>} how many there are */
  const count = (testid) =>
    browser.evaluate((/** @type {string} */ selector) => document.querySelectorAll(selector).length, hook(testid));

  /** Waits until there are so many. @param {string} testid @param {number} wanted */
  const waitForCount = (testid, wanted) =>
    browser.waitFor(
      (/** @type {string} */ selector, /** @type {number} */ number) =>
        document.querySelectorAll(selector).length === number,
      { args: [hook(testid), wanted] },
    );

  /** @param {string} testid @param {string} value of a select or an input, set as a user would set it */
  const choose = (testid, value) =>
    browser.evaluate(
      (/** @type {string} */ selector, /** @type {string} */ chosen) => {
        const control = /** @type {HTMLInputElement} */ (document.querySelector(selector));
        control.value = chosen;
        control.dispatchEvent(new Event('input', { bubbles: true }));
        control.dispatchEvent(new Event('change', { bubbles: true }));
      },
      hook(testid),
      value,
    );

  return {
    text,
    data,
    choose,
    /** @param {string} language waits until the page is shown in it */
    speak: async (language) => {
      await choose('language', language);
      await browser.waitFor((/** @type {string} */ wanted) => document.documentElement.lang === wanted, {
        args: [language],
      });
    },
    waitForState,
    count,
    waitForCount,
    loaded: () => waitForState('dataset-status', 'ready'),
    /** @param {string} state @param {number} [timeout] */
    trained: (state, timeout) => waitForState('train-status', state, timeout),
    /** @param {string} testid */
    click: (testid) => browser.click(hook(testid)),
    /** @param {string} query */
    open: (query) => browser.open(`${url}?${query}`),
    progress: () =>
      browser.evaluate(
        (/** @type {string} */ selector) => Number(document.querySelector(selector)?.getAttribute('aria-valuenow')),
        hook('train-progress'),
      ),
    cells: () =>
      browser.evaluate(
        (/** @type {string} */ selector) =>
          [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(selector))].map((cell) => ({
            predicted: Number(cell.dataset.predicted),
            true: Number(cell.dataset.true),
            title: cell.querySelector('.title')?.textContent,
            colour: getComputedStyle(/** @type {Element} */ (cell.querySelector('.title'))).color,
            sign: cell.querySelector('[role="img"]')?.getAttribute('aria-label'),
          })),
        hook('prediction-cell'),
      ),
  };
}

/** @typedef {ReturnType<typeof createPage>} Page */

/**
 * Drops a picture on the page, as a user would from a folder; runs in the page.
 * @param {{ name: string, type: string, bytes: number[] }} picture
 */
export function dropHere({ name, type, bytes }) {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
  document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
}

/** @param {Browser} browser @param {import('../support/pictures.js').PictureFile} file */
export const drop = (browser, { name, type, bytes }) => browser.evaluate(dropHere, { name, type, bytes: [...bytes] });
