import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPage } from '../page/page.js';
import { lastRun } from './kept.js';
import { startServer } from './static-server.js';

/** @typedef {import('./browsers.js').BrowserName} BrowserName */

/** How far a run had come where the browser was killed, and where it went on; in epochs. @typedef {{ at: number, from: number }} Kill */

/** How far the page says a run is, in epochs; runs in the page. */
const progressOf = () => {
  const bar = document.querySelector('[data-testid="train-progress"]');
  return Number(bar?.getAttribute('aria-valuenow')) / 100;
};

/** @param {{ facts: { position: { epoch: number, batch: number } } } | null} run @param {number} batches of an epoch */
const epochsOf = (run, batches) => (run ? run.facts.position.epoch + run.facts.position.batch / batches : 0);

/**
 * Trains in a browser that is killed at moments of the caller's choice, until the run is done.
 * @param {BrowserName} name
 * @param {{ query: string, epochs: number, batches: number, delays: () => number | null }} options `delays`: ms until the next kill, null:
 *   no more
 * @returns {Promise<{ kills: Kill[], weights: string }>}
 */
export async function trainThroughKills(name, { query, epochs, batches, delays }) {
  const profile = await mkdtemp(join(tmpdir(), 'fitting-room-profile-'));
  const server = await startServer({ isolated: true }); // one for all browsers, as storage belongs to an address
  /** @type {Kill[]} */
  const kills = [];
  /** @type {number | null} */
  let killedAt = null;
  try {
    for (;;) {
      const { browser, page } = await openPage(name, { at: server, query, browser: { profile } });
      try {
        await page.loaded();
        await browser.waitFor('typeof globalThis.fittingRoom === "object"');
        if (killedAt !== null) kills.push({ at: killedAt, from: epochsOf(await browser.evaluate(lastRun), batches) });
        const run = await browser.evaluate(lastRun);
        if (run?.facts.finished) return { kills, weights: run.weights };
        if (run) await page.click('resume-run');
        else await page.click('train-start');
        const delay = delays();
        if (delay === null) {
          await page.trained('done', 120_000);
          const end = await browser.evaluate(lastRun);
          assert.ok(end?.facts.finished, 'a run that is done is kept as such');
          return { kills, weights: end.weights };
        }
        await new Promise((resolve) => setTimeout(resolve, delay));
        killedAt = (await browser.evaluate(progressOf)) * epochs;
      } finally {
        await browser.kill();
      }
    }
  } finally {
    await server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
