import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { poll, within } from './polling.js';
import { startProcess } from './processes.js';

/** @typedef {Required<import('./browsers.js').LaunchOptions>} Settings */

/** Key of an element in WebDriver's JSON (W3C WebDriver, section 12). */
const elementKey = 'element-6066-11e4-a52e-4f735466cecf';

/** Code points of keys that produce no character (W3C WebDriver, section 17.4.2). */
/** @type {Record<string, string>} */
const keys = {
  Backspace: '\uE003',
  Tab: '\uE004',
  Enter: '\uE007',
  Escape: '\uE00C',
  Space: ' ',
  ArrowLeft: '\uE012',
  ArrowUp: '\uE013',
  ArrowRight: '\uE014',
  ArrowDown: '\uE015',
};

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/** Debian keeps MiniBrowser with the library: /usr/lib/ARCHITECTURE/webkit2gtk-VERSION/MiniBrowser. */
function findMiniBrowser() {
  if (process.env.MINI_BROWSER) return process.env.MINI_BROWSER;
  for (const folder of readdirSync('/usr/lib').map((name) => join('/usr/lib', name))) {
    for (const library of listFolder(folder).filter((name) => /^webkit2?gtk-/.test(name))) {
      if (listFolder(join(folder, library)).includes('MiniBrowser')) return join(folder, library, 'MiniBrowser');
    }
  }
  throw new Error('webkit: no MiniBrowser under /usr/lib, and MINI_BROWSER is not set');
}

/** @param {string} folder */
function listFolder(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * A virtual screen, on a display number that the server chooses.
 * @returns {Promise<{ display: string, stop: () => void }>}
 */
async function startScreen() {
  const { child, stop } = startProcess(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '2000x1600x24', '-nolisten', 'tcp'],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    },
  );
  const number = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error('Xvfb ended at once')));
    child.stdio[3]?.once('data', (data) => resolve(String(data).trim()));
  });
  return { display: `:${await within(number, 'starting Xvfb', 20_000)}`, stop };
}

/**
 * @param {Settings} settings
 * @param {string} display
 * @param {string} home
 */
function environment(settings, display, home) {
  return {
    ...process.env,
    DISPLAY: display,
    HOME: home,
    XDG_RUNTIME_DIR: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_DATA_HOME: join(home, 'data'),
    LC_ALL: 'C', // WebKit reads it as en-US; it would read C.UTF-8 as a language called C
    GTK_THEME: settings.dark ? 'Adwaita:dark' : 'Adwaita',
    GDK_BACKEND: 'x11',
    GSETTINGS_BACKEND: 'memory',
    NO_AT_BRIDGE: '1',
    LIBGL_ALWAYS_SOFTWARE: '1',
  };
}

/**
 * GTK's settings: small tool bars allow a narrow window; without animations the page is told to reduce motion.
 * @param {Settings} settings
 * @param {string} home
 */
async function writeGtkSettings(settings, home) {
  const folder = join(home, 'config/gtk-3.0');
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'gtk.css'),
    '* { min-width: 0; margin: 0; padding: 0; border: none; font-size: 1px; }\n',
  );
  await writeFile(
    join(folder, 'settings.ini'),
    `[Settings]\ngtk-enable-animations=${settings.reducedMotion ? 0 : 1}\n`,
  );
}

/**
 * WebDriver's commands over HTTP.
 * @param {string} address
 */
function client(address) {
  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<any>}
   */
  return async (method, path, body) => {
    const response = await fetch(address + path, {
      method,
      body: method === 'POST' ? JSON.stringify(body ?? {}) : undefined,
      signal: AbortSignal.timeout(120_000),
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`webkit: ${value?.error ?? response.status}: ${value?.message ?? ''}`);
    return value;
  };
}

/**
 * WebKitGTK's MiniBrowser through WebKitWebDriver, on a virtual screen.
 * @param {string} program
 * @param {Settings} settings
 * @returns {Promise<import('./browsers.js').Browser>}
 */
export async function launchWebKit(program, settings) {
  const home = await mkdtemp(join(tmpdir(), 'fitting-room-webkit-'));
  await writeGtkSettings(settings, home);
  const screen = await startScreen();
  const port = await freePort();
  const driver = startProcess(program, [`--port=${port}`], {
    env: environment(settings, screen.display, home),
    stdio: 'ignore',
  });
  const stop = async () => {
    driver.stop();
    screen.stop();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const session = await startSession(client(`http://127.0.0.1:${port}`));
    const browser = wrapSession(session, stop);
    await browser.setViewport(settings.width, settings.height);
    return browser;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @param {ReturnType<typeof client>} send */
async function startSession(send) {
  await poll(() => send('GET', '/status').catch(() => null), 'WebKitWebDriver to answer', 20_000);
  const browserOptions = { binary: findMiniBrowser(), args: ['--automation'] };
  const { sessionId } = await send('POST', '/session', {
    capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': browserOptions, timeouts: { script: 120_000 } } },
  });
  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   */
  return (method, path, body) => send(method, `/session/${sessionId}${path}`, body);
}

/**
 * @param {Awaited<ReturnType<typeof startSession>>} send
 * @param {() => Promise<void>} stop
 * @returns {import('./browsers.js').Browser}
 */
function wrapSession(send, stop) {
  /** @type {import('./browsers.js').Browser['evaluate']} */
  const evaluate = async (script, ...args) => {
    const expression = typeof script === 'string' ? script : `(${script})(...args)`;
    const result = await send('POST', '/execute/async', {
      script: `const done = arguments[arguments.length - 1];
        const args = Array.from(arguments).slice(0, -1);
        (async () => ${expression})().then((value) => done({ value }), (error) => done({ error: String(error) }));`,
      args,
    });
    if (result?.error !== undefined) throw new Error(result.error);
    return result?.value;
  };

  /** @param {string} selector */
  const find = (selector) =>
    poll(
      () => send('POST', '/element', { using: 'css selector', value: selector }).catch(() => null),
      `element ${selector}`,
    ).then((element) => element[elementKey]);

  /** @type {import('./browsers.js').Browser['setViewport']} */
  const setViewport = async (width, height) => {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const inner = await evaluate(() => [window.innerWidth, window.innerHeight]);
      if (inner[0] === width && inner[1] === height) return;
      const outer = await send('GET', '/window/rect');
      await send('POST', '/window/rect', {
        width: outer.width + width - inner[0],
        height: outer.height + height - inner[1],
      });
      await poll(
        async () => String(await evaluate(() => [window.innerWidth, window.innerHeight])) !== String(inner),
        'the window to change its size',
        2_000,
      ).catch(() => false);
    }
  };

  /** @type {string[]} */
  const errors = [];

  return {
    name: 'webkit',
    page: null,
    errors,
    evaluate,
    setViewport,
    open: async (url) => void (await send('POST', '/url', { url })),
    waitFor: (script, { timeout, args = [] } = {}) => poll(() => evaluate(script, ...args), String(script), timeout),
    click: async (selector) => void (await send('POST', `/element/${await find(selector)}/click`)),
    type: async (selector, text) => {
      const element = await find(selector);
      await send('POST', `/element/${element}/clear`);
      await send('POST', `/element/${element}/value`, { text });
    },
    press: async (key) => {
      const value = keys[key] ?? key;
      const actions = [
        { type: 'keyDown', value },
        { type: 'keyUp', value },
      ];
      await send('POST', '/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
    },
    uploadFile: async (selector, ...paths) => {
      await send('POST', `/element/${await find(selector)}/value`, { text: paths.join('\n') });
    },
    screenshot: async (path) => {
      const picture = Buffer.from(await send('GET', '/screenshot'), 'base64');
      if (path) await writeFile(path, picture);
      return picture;
    },
    newTab: () => Promise.reject(new Error('WebKit has one tab here')),
    kill: async () => stop(),
    close: async () => {
      await within(send('DELETE', ''), 'closing webkit', 10_000).catch(() => undefined);
      await stop();
    },
  };
}
