import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { launchPuppeteer } from './browser-puppeteer.js';
import { launchWebKit } from './browser-webkit.js';

/** @typedef {'chromium' | 'firefox' | 'webkit'} BrowserName */

/**
 * @typedef {object} LaunchOptions
 * @property {number} [width] of the viewport, CSS pixels; default 1280
 * @property {number} [height] default 800
 * @property {boolean} [dark] prefer the dark colour scheme
 * @property {boolean} [reducedMotion]
 * @property {string} [profile] a folder that outlives the browser; default a new one each time; not for WebKit
 * @property {boolean} [whole] whether the test needs more of Chromium than the engine, which `make test` names in
 *   CHROMIUM_ENGINE; default: if there is a profile
 * @property {string[]} [args] more command-line arguments, Chromium only
 * @property {Record<string, string | number | boolean>} [preferences] Firefox only
 * @property {string} [locale] e.g. 'zh-CN'; default 'en-US'; WebKitGTK has only those installed on the system
 */

/**
 * One browser with one page, which shares no state with earlier ones. Every call ends within `timeout` (default 30 s)
 * or throws.
 * @typedef {object} Browser
 * @property {BrowserName} name
 * @property {(url: string) => Promise<void>} open loads a page and waits for its load event
 * @property {(script: string | Function, ...args: any[]) => Promise<any>} evaluate runs a function (of JSON arguments)
 *   or an expression in the page and awaits a promise
 * @property {(script: string | Function, options?: { timeout?: number, args?: any[] }) => Promise<any>} waitFor waits
 *   until the script returns something truthy, and returns that
 * @property {(selector: string) => Promise<void>} click scrolls there and clicks with the mouse
 * @property {(selector: string, text: string) => Promise<void>} type replaces the text of a field
 * @property {(key: string) => Promise<void>} press a key, e.g. 'Tab', 'Enter', 'a'
 * @property {(selector: string, ...paths: string[]) => Promise<void>} uploadFile
 * @property {(width: number, height: number) => Promise<void>} setViewport
 * @property {(path?: string) => Promise<Buffer>} screenshot PNG of the viewport, also written to path, if given
 * @property {string[]} errors uncaught exceptions and console errors of the page; WebKitWebDriver reports none
 * @property {import('puppeteer-core').Page | null} page the puppeteer page; null for webkit
 * @property {() => Promise<Browser>} newTab another page of the same browser, in front of this one; not for WebKit
 * @property {() => Promise<void>} close
 * @property {() => Promise<void>} kill ends it at once, as a crash would, with all others in the same browser; not for
 *   WebKit
 */

/** @type {Record<BrowserName, { variable: string, programs: string[] }>} */
const known = {
  chromium: { variable: 'CHROME', programs: ['chromium', 'google-chrome', 'google-chrome-stable'] },
  firefox: { variable: 'FIREFOX', programs: ['firefox-esr', 'firefox'] },
  webkit: { variable: 'WEBKIT_DRIVER', programs: ['WebKitWebDriver'] },
};

/** Whether every test runs in every browser it applies to, and at full length; set by `make test-browsers`. */
export const EVERYWHERE = process.env.BROWSERS === 'all';

/**
 * The browsers a test runs in: Chromium and, if the result depends on the engine, the others too.
 * @param {'engine' | 'any'} dependsOn 'any': the page's own code decides, in any engine
 * @param {BrowserName[]} [names] the browsers that the test applies to
 */
export const inBrowsers = (dependsOn, names = ['chromium', 'firefox']) =>
  names.filter((name) => name === 'chromium' || dependsOn === 'engine' || EVERYWHERE);

/** @param {string} program */
function findOnPath(program) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {BrowserName} name
 * @param {boolean} whole whether it must be more than an engine
 * @returns {string}
 */
function programOf(name, whole) {
  const { variable, programs } = known[name];
  const { CHROMIUM_ENGINE } = process.env;
  const engine = name === 'chromium' && CHROMIUM_ENGINE && !whole ? findOnPath(CHROMIUM_ENGINE) : undefined;
  const program = process.env[variable] || engine || programs.map(findOnPath).find(Boolean);
  if (!program) throw new Error(`${name}: none of ${programs.join(', ')} is on PATH and ${variable} is not set`);
  return program;
}

/**
 * @param {BrowserName} name
 * @param {LaunchOptions} [options]
 * @returns {Promise<Browser>}
 */
export async function launch(name, options = {}) {
  const settings = {
    width: 1280,
    height: 800,
    dark: false,
    reducedMotion: false,
    locale: 'en-US',
    profile: '',
    whole: Boolean(options.profile),
    args: [],
    preferences: {},
    ...options,
  };
  const program = programOf(name, settings.whole);
  return name === 'webkit' ? launchWebKit(program, settings) : launchPuppeteer(name, program, settings);
}
