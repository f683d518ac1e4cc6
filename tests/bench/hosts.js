/**
 * Where measurements run: this process, a worker of a page in Chromium, or the page itself. Each runs the same module,
 * named by its path in the repository.
 */
import { fileURLToPath } from 'node:url';
import { datasetFolder } from '../support/dataset.js';
import { launch } from '../support/browsers.js';
import { startServer } from '../support/static-server.js';

/**
 * @typedef {object} Host
 * @property {string} name
 * @property {(file: string, name: string, ...args: any[]) => Promise<any>} call the function `name` of a module
 * @property {() => Promise<void>} close
 */

const root = new URL('../../', import.meta.url);

/** @type {Host} */
export const node = {
  name: 'Node',
  call: async (file, name, ...args) => (await import(new URL(file, root).href))[name](...args),
  close: async () => {},
};

/** @typedef {Host & { browser: import('../support/browsers.js').Browser, worker: (name: string) => Host }} Page */

/** A cross-origin isolated page in Chromium. @returns {Promise<Page>} */
export async function openChromium() {
  const server = await startServer({ folder: fileURLToPath(root), dataset: datasetFolder(), isolated: true });
  const browser = await launch('chromium').catch(async (error) => {
    await server.close();
    throw error;
  });
  await browser.open(`${server.url}tests/bench/lab/index.html`);
  await browser.waitFor('"lab" in globalThis');

  /** @param {string} place @param {any[]} leading @param {string} file @param {string} name @param {any[]} args */
  const call = (place, leading, file, name, args) =>
    browser.evaluate(
      (/** @type {string} */ method, /** @type {any[]} */ parameters) =>
        /** @type {any} */ (globalThis).lab[method](...parameters),
      place,
      [...leading, { file: `/${file}`, name, args }],
    );

  return {
    name: 'Chromium',
    browser,
    call: (file, name, ...args) => call('here', [], file, name, args),
    /** A separate worker for each name. */
    worker: (worker) => ({
      name: 'Chromium',
      call: (file, name, ...args) => call('inWorker', [worker], file, name, args),
      close: () =>
        browser.evaluate((/** @type {string} */ ended) => /** @type {any} */ (globalThis).lab.endWorker(ended), worker),
    }),
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}
