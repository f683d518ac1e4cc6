/**
 * The memory of a training run. After its first epoch a run allocates nothing more, so one or two epochs with
 * validation show what twenty take (MEMORY_EPOCHS=20 proves it).
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pageSize } from '../../../.setup/size.js';
import { launch } from '../../support/browsers.js';
import { datasetFolder } from '../../support/dataset.js';
import { startServer } from '../../support/static-server.js';
import { hook } from '../../page/page.js';

/** @import { Browser } from '../../support/browsers.js' */
/** @import { Context } from '../context.js' */

const MB = 1024 * 1024;
const dist = fileURLToPath(new URL('../../../dist', import.meta.url));

/** The peak or current resident set of a process, from Linux. @param {number} pid @param {'VmHWM' | 'VmRSS'} field */
function resident(pid, field) {
  const kilobytes = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

/** The process that runs the page and its workers: the largest one. @param {Browser} browser */
async function rendererOf(browser) {
  const page = /** @type {import('puppeteer-core').Page} */ (browser.page);
  const session = await page.browser().target().createCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  return renderers.sort((a, b) => resident(b, 'VmRSS') - resident(a, 'VmRSS'))[0];
}

/**
 * The memory of the page's whole agent cluster after a garbage collection, and its workers' part.
 * @param {Browser} browser
 */
async function held(browser) {
  const { bytes, breakdown } = await browser.evaluate(() =>
    /** @type {any} */ (performance).measureUserAgentSpecificMemory(),
  );
  /** @type {{ bytes: number, attribution: { scope: string }[] }[]} */
  const inWorkers = breakdown.filter((/** @type {any} */ { attribution }) => attribution[0]?.scope.includes('Worker'));
  return { all: bytes / MB, workers: inWorkers.reduce((sum, part) => sum + part.bytes, 0) / MB };
}

/** The built page, from Start to the end of training. @param {number} epochs */
async function measurePage(epochs) {
  const server = await startServer({ dataset: datasetFolder(), isolated: true });
  const browser = await launch('chromium');
  try {
    await browser.open(`${server.url}missing.html`);
    const empty = resident(await rendererOf(browser), 'VmRSS');
    const source = datasetFolder() ? 'auto' : 'synthetic';
    await browser.open(`${server.url}?epochs=${epochs}&data=${source}`);
    const state = (/** @type {string} */ testid, /** @type {string} */ wanted) =>
      browser.waitFor(`document.querySelector('${hook(testid)}')?.dataset.state === '${wanted}'`, {
        timeout: 120_000 * (1 + epochs),
      });
    await state('dataset-status', 'ready');
    await browser.click(hook('train-start'));
    await state('train-status', 'done');
    const { build, threads } = await browser.evaluate(
      `({ ...document.querySelector('${hook('runtime-info')}').dataset })`,
    );
    const renderer = await rendererOf(browser);
    return {
      build: String(build),
      threads: Number(threads),
      held: await held(browser),
      growth: resident(renderer, 'VmHWM') - empty,
      resident: resident(renderer, 'VmRSS') - empty,
    };
  } finally {
    await browser.close();
    await server.close();
  }
}

/** The run in a separate process. @param {import('../runs/models.js').Runtime} runtime @param {number} epochs */
async function measureNode(runtime, epochs) {
  const program = fileURLToPath(new URL('../memory-in-node.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(runtime), String(epochs)]);
  return JSON.parse(stdout);
}

/** @param {Context} context */
export async function measureMemory({ chromium, threads, counts, say }) {
  const epochs = counts.memoryEpochs;
  const build = (/** @type {'simd' | 'relaxed'} */ instructions) => ({
    build: /** @type {import('../runs/models.js').Build} */ (threads > 1 ? `${instructions}-mt` : instructions),
    threads,
  });
  say('memory: Node');
  const inNode = await measureNode(build('simd'), epochs);
  say('memory: a worker in Chromium');
  const worker = chromium?.worker('memory');
  const inWorker = await worker?.call('tests/bench/runs/memory.js', 'run', build('relaxed'), epochs);
  await worker?.close();
  say('memory: the page');
  const page = chromium ? await measurePage(epochs) : null;
  return { epochs, inNode, inWorker, page, gzippedKilobytes: pageSize(dist).total / 1024 };
}

/** @typedef {Awaited<ReturnType<typeof measureMemory>>} Memory */
