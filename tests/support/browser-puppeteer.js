import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { poll, within } from './polling.js';

/** @typedef {Required<import('./browsers.js').LaunchOptions>} Settings */

/** @param {Settings} settings */
const chromiumArgs = (settings) => [
  '--headless=new',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // The browser's own pages, which would load next to the one under test and take a second or more of processor time.
  '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup',
  `--lang=${settings.locale}`,
  `--accept-lang=${settings.locale}`,
  ...settings.args,
];

/** @param {Settings} settings */
const firefoxPreferences = (settings) => ({
  'intl.accept_languages': settings.locale,
  'layout.css.prefers-color-scheme.content-override': settings.dark ? 0 : 1,
  'ui.prefersReducedMotion': settings.reducedMotion ? 1 : 0,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  ...settings.preferences,
});

const LINGERS = 300; // ms that an unused browser waits for the next user: starting Firefox takes four seconds

/** @typedef {{ started: Promise<import('puppeteer-core').Browser>, users: number, timer?: NodeJS.Timeout }} Shared */

/** Running browsers, by what they were started with. @type {Map<string, Shared>} */
const running = new Map();

/** @param {string} key @param {() => Promise<import('puppeteer-core').Browser>} start @returns {Shared} */
function share(key, start) {
  const shared = running.get(key) ?? { started: start(), users: 0 };
  running.set(key, shared);
  clearTimeout(shared.timer);
  shared.users++;
  return shared;
}

/** @param {string} key @param {Shared} shared */
function leave(key, shared) {
  if (--shared.users > 0) return;
  shared.timer = setTimeout(() => {
    if (running.get(key) === shared) running.delete(key);
    shared.started.then(end, () => {});
  }, LINGERS);
}

/** @param {import('puppeteer-core').Browser} browser */
const end = (browser) =>
  within(browser.close(), 'closing a browser', 10_000).catch(() => browser.process()?.kill('SIGKILL'));

/**
 * Chromium over CDP, Firefox over WebDriver BiDi. A caller without a profile of its own gets a fresh context, which
 * stores nothing and shares nothing with others, in a browser that may be shared.
 * @param {'chromium' | 'firefox'} name
 * @param {string} program
 * @param {Settings} settings
 * @returns {Promise<import('./browsers.js').Browser>}
 */
export async function launchPuppeteer(name, program, settings) {
  const { profile } = settings;
  // A killed Firefox leaves a profile that lacks a file which puppeteer copies.
  if (profile && name === 'firefox') await writeFile(join(profile, 'user.js'), '', { flag: 'a' });
  const options = {
    browser: /** @type {'chrome' | 'firefox'} */ (name === 'firefox' ? 'firefox' : 'chrome'),
    executablePath: program,
    headless: true,
    args: name === 'firefox' ? [] : chromiumArgs(settings),
    extraPrefsFirefox: firefoxPreferences(settings),
    userDataDir: profile || undefined,
    defaultViewport: null,
    protocolTimeout: 300_000,
    timeout: 60_000,
  };
  const key = JSON.stringify(options);
  const shared = profile ? null : share(key, () => puppeteer.launch(options));
  const browser = await (shared?.started ?? puppeteer.launch(options)).catch((error) => {
    running.delete(key);
    throw error;
  });
  const context = shared ? await browser.createBrowserContext() : browser.defaultBrowserContext();
  const close = async () => {
    if (!shared) return void (await end(browser));
    await within(context.close(), `closing ${name}`, 10_000).catch(() => forget());
    leave(key, shared);
  };
  /** Others get a new one. */
  const forget = () => {
    if (running.get(key) === shared) running.delete(key);
  };
  const kill = async () => {
    const program = browser.process();
    if (!program) return;
    forget();
    const gone = new Promise((resolve) => program.once('exit', resolve));
    program.kill('SIGKILL');
    await within(gone, `killing ${name}`, 10_000);
  };
  try {
    const page = shared ? await context.newPage() : ((await context.pages())[0] ?? (await context.newPage()));
    await resize(page, settings.width, settings.height);
    if (name === 'chromium') await emulateMedia(page, settings);
    return { ...wrapPage(name, page), close, kill };
  } catch (error) {
    await kill();
    throw error;
  }
}

/**
 * @param {import('puppeteer-core').Page} page
 * @param {Settings} settings
 */
function emulateMedia(page, settings) {
  return page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: settings.dark ? 'dark' : 'light' },
    { name: 'prefers-reduced-motion', value: settings.reducedMotion ? 'reduce' : 'no-preference' },
  ]);
}

/**
 * @param {import('puppeteer-core').Page} page
 * @param {number} width
 * @param {number} height
 */
async function resize(page, width, height) {
  await page.setViewport({ width, height }).catch((error) => {
    // An older Firefox sets the size and then fails, because it does not know the orientation that puppeteer also
    // sends.
    if (!String(error).includes('setScreenOrientationOverride')) throw error;
  });
  const size = `${width} × ${height}`;
  await poll(async () => (await page.evaluate('`${innerWidth} × ${innerHeight}`')) === size, `a viewport of ${size}`);
}

/** @param {import('puppeteer-core').Page} page */
function collectErrors(page) {
  /** @type {string[]} */
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return errors;
}

/**
 * Scrolls an element into view. If the page scrolled or grew after that, the click would miss.
 * @param {Element} target
 * @returns {Promise<boolean>} whether it has stayed in place for a moment
 */
async function cameToRest(target) {
  target.scrollIntoView({ block: 'center', behavior: 'instant' });
  const before = target.getBoundingClientRect();
  await new Promise((resolve) => setTimeout(resolve, 50)); // three frames; a background tab draws none
  const after = target.getBoundingClientRect();
  return before.x === after.x && before.y === after.y;
}

/**
 * @param {'chromium' | 'firefox'} name
 * @param {import('puppeteer-core').Page} page
 * @returns {Omit<import('./browsers.js').Browser, 'close' | 'kill'>}
 */
function wrapPage(name, page) {
  /** @param {string} selector */
  const find = async (selector) => {
    const element = await page.waitForSelector(selector, { timeout: 30_000 });
    if (!element) throw new Error(`no element ${selector}`);
    return element;
  };
  /** @type {import('./browsers.js').Browser['evaluate']} */
  const evaluate = (script, ...args) => page.evaluate(/** @type {any} */ (script), ...args);

  /** A page that is being replaced cannot answer yet. @param {Error} error */
  const betweenPages = (error) => {
    if (
      !/context was destroyed|Cannot find context|no such frame|DiscardedBrowsingContext|navigation/i.test(
        error.message,
      )
    )
      throw error;
  };

  return {
    name,
    page,
    errors: collectErrors(page),
    evaluate,
    open: async (url) => void (await page.goto(url, { waitUntil: 'load', timeout: 30_000 })),
    waitFor: (script, { timeout, args = [] } = {}) =>
      poll(() => evaluate(script, ...args).catch(betweenPages), String(script), timeout),
    click: async (selector) => {
      const click = async () => {
        const element = await find(selector);
        if (!(await element.evaluate(cameToRest))) return false;
        await element.click();
        return true;
      };
      // Content that appears above moves it away, and after a redraw it is another element.
      const notYet = (/** @type {Error} */ error) =>
        /not clickable|detached|not connected|stale/i.test(error.message) ? false : Promise.reject(error);
      await poll(() => click().catch(notYet), `${selector} to be clickable`);
    },
    type: async (selector, text) => {
      const element = await find(selector);
      await element.evaluate((field) => /** @type {HTMLInputElement} */ (field).select());
      await element.type(text);
    },
    press: (key) => page.keyboard.press(/** @type {import('puppeteer-core').KeyInput} */ (key)),
    uploadFile: async (selector, ...paths) => {
      const input = /** @type {import('puppeteer-core').ElementHandle<HTMLInputElement>} */ (await page.$(selector));
      await input.uploadFile(...paths);
    },
    setViewport: (width, height) => resize(page, width, height),
    screenshot: async (path) => {
      const picture = Buffer.from(await page.screenshot());
      if (path) await writeFile(path, picture);
      return picture;
    },
    newTab: async () => {
      const tab = await page.browserContext().newPage();
      const close = () => tab.close();
      return { ...wrapPage(name, tab), close, kill: close };
    },
  };
}
