import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { hook, openPage } from '../page/page.js';
import { lastRun } from './kept.js';
import { poll } from './polling.js';
import { startServer } from './static-server.js';

/**
 * @typedef {import('./browsers.js').Browser} Browser
 * @typedef {import('./browsers.js').BrowserName} BrowserName
 * @typedef {import('../page/page.js').Page} Page
 */

/** @typedef {{ query: string, epochs: number, batches: number }} Run batches: per epoch */

/**
 * When to kill: once the page says that the run has reached `epochs`, with `ended` that as many have ended, or, with
 * `saved`, once as many are saved; `after`: this many ms later.
 * @typedef {{ epochs: number, ended?: boolean, saved?: boolean, after?: number }} Moment
 */

/**
 * A kill and how the page recovered; positions are in epochs.
 * @typedef {object} Kill
 * @property {number} at the run's position
 * @property {number} from the position at which it continued
 * @property {number} seconds of training between the two
 * @property {boolean} saving whether an epoch had ended whose state was not yet confirmed as saved
 * @property {boolean} resumed whether the page continued from there and not from the beginning
 */

/**
 * What the page said about the run at one moment.
 * @typedef {{ time: number, share: number, ended: number, state: string }} Note
 */

/** Records what the page says about its run; starts before the page does, and runs in it. */
function takeNotes() {
  /** @type {Note[]} */
  const notes = [];
  /** @type {any} */ (globalThis).notes = notes;
  document.addEventListener('DOMContentLoaded', () => {
    const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));
    const [fill, plot, status] = ['.tape-fill', '#history-loss', '[data-testid="train-status"]'].map(find);
    const note = () =>
      notes.push({
        time: Date.now(),
        share: Number(fill.style.getPropertyValue('--share')),
        ended: Number(plot.dataset.points),
        state: String(status.dataset.state),
      });
    const observer = new MutationObserver(note);
    for (const element of [fill, plot, status]) observer.observe(element, { attributes: true });
  });
}

/** Whether the run has reached a moment; runs in the page. @param {Moment} moment @param {number} epochs of the run */
function hasCome(moment, epochs) {
  const { share = 0, ended = 0, state = '' } = /** @type {any} */ (globalThis).notes.at(-1) ?? {};
  return state === 'done' || (moment.ended ? ended : share * epochs) >= moment.epochs;
}

/** @param {{ facts: { position: { epoch: number, batch: number } } } | null} run @param {number} batches per epoch */
const epochsOf = (run, batches) => (run ? run.facts.position.epoch + run.facts.position.batch / batches : 0);

/**
 * Continues the run that the page offers, or starts one.
 * @param {Browser} browser @param {Page} page @param {boolean} resumes whether there is one to continue
 */
async function setOut(browser, page, resumes) {
  /** @param {string} selector */
  const visible = (selector) =>
    Boolean(/** @type {HTMLElement | null} */ (document.querySelector(selector))?.offsetParent);
  const button = resumes ? 'resume-run' : 'train-start';
  await browser.waitFor(visible, { args: [hook(button)], timeout: 60_000 });
  await page.click(button);
  await page.trained('training', 120_000);
}

/** The run's progress when it first shows any; runs in the page. */
const firstShare = () =>
  /** @type {any} */ (globalThis).notes.find((/** @type {Note} */ { share }) => share > 0)?.share;

/** All lives of one run. @param {Run} run */
function createChronicle({ epochs, batches }) {
  /** Seconds of training so far, and the run's position then. @type {{ clock: number, epochs: number }[]} */
  const trace = [];
  let clock = 0;
  /** @type {{ at: number, from: number, ended: number, killed: number, notes: Note[] }} */
  let life = { at: 0, from: 0, ended: 0, killed: 0, notes: [] };

  return {
    /**
     * A life has ended.
     * @param {number} from the position at which it began
     * @param {Note[]} all
     * @param {number} killed when it was killed, by the page's clock
     */
    add(from, all, killed) {
      const notes = all.filter(({ state }) => state !== 'idle' && state !== 'loading');
      const began = notes[0].time;
      const moved = notes
        .filter(({ share }) => share > 0)
        .map(({ time, share }) => ({ clock: clock + (time - began) / 1000, epochs: share * epochs }));
      trace.push({ clock, epochs: from }, ...moved);
      clock += (killed - began) / 1000;
      life = { at: moved.at(-1)?.epochs ?? from, from, ended: notes.at(-1)?.ended ?? 0, killed, notes };
    },
    /** The cost of the last kill. @param {any} run as saved @returns {Omit<Kill, 'resumed'>} */
    judge(run) {
      const from = epochsOf(run, batches);
      const { clock: then } = trace.findLast((point) => point.epochs <= from + 1e-9) ?? { clock: 0 };
      return { at: life.at, from, seconds: clock - then, saving: life.ended > from };
    },
  };
}

/**
 * Trains in a browser that is killed at each of the given moments, until the run is done.
 * @param {BrowserName} name
 * @param {Run} run
 * @param {Moment[]} moments in order
 * @param {(kill: Kill) => void} [onKill] called for each, once the page has continued
 * @returns {Promise<{ kills: Kill[], weights: string }>} weights: the SHA-256 of all of them
 */
export async function trainThroughKills(name, run, moments, onKill = () => {}) {
  const profile = await mkdtemp(join(tmpdir(), 'fitting-room-profile-'));
  const server = await startServer({ headers: true }); // one for all browsers: storage belongs to an origin
  const chronicle = createChronicle(run);
  /** @type {Kill[]} */
  const kills = [];
  const prepare = async (/** @type {Browser} */ { page }) => void (await page?.evaluateOnNewDocument(takeNotes));
  try {
    for (let life = 0; ; life++) {
      const { browser, page } = await openPage(name, { at: server, query: run.query, browser: { profile }, prepare });
      try {
        const kept = await browser.evaluate(lastRun);
        assert.ok(!kept?.facts.finished, `the run was over before kill ${life + 1}`);
        const from = epochsOf(kept, run.batches);
        await setOut(browser, page, kept !== null);
        if (life > 0) {
          const first = await browser.waitFor(firstShare, { timeout: 120_000 });
          kills.push({ ...chronicle.judge(kept), resumed: kept !== null && first * run.epochs > from });
          onKill(kills[life - 1]);
        }
        const moment = moments[life];
        if (!moment) {
          await page.trained('done', 600_000);
          const end = await browser.evaluate(lastRun, true);
          assert.ok(end?.facts.finished, 'a run that is done is kept as such');
          return { kills, weights: end.weights };
        }
        const come = moment.saved
          ? poll(
              async () => epochsOf(await browser.evaluate(lastRun), run.batches) >= moment.epochs,
              `${moment.epochs} epochs to be saved`,
            )
          : browser.waitFor(hasCome, { args: [moment, run.epochs], timeout: 600_000 });
        await come.catch(async ({ message }) => {
          throw new Error(`${message}; the page says: ${await browser.evaluate(() => document.body.innerText)}`);
        });
        await wait(moment.after ?? 0);
        chronicle.add(from, await browser.evaluate(() => /** @type {any} */ (globalThis).notes), Date.now());
      } finally {
        await browser.kill();
      }
    }
  } finally {
    await server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
