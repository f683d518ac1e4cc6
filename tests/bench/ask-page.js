/** What the page's section Try it says of pictures: Chromium gets each as a user's browser would. */
import { hook, openPage } from '../page/page.js';

const BATCH = 50;

/** @typedef {{ class: number, verdict: string, confidence: number }} Answer `class`: -1 if the picture was refused */

/**
 * @param {string} model
 * @param {string[]} paths
 * @returns {Promise<Answer[]>}
 */
export async function askPage(model, paths) {
  const { browser, page, close } = await openPage('chromium', { query: 'data=synthetic&train-size=10' });
  try {
    await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
      args: [hook('photo-input')],
    });
    await page.choose('model-choice', model);
    for (let done = 0; done < paths.length; done += BATCH) {
      const some = paths.slice(done, done + BATCH);
      await browser.uploadFile(hook('photo-input'), ...some);
      await browser.waitFor(
        (/** @type {number} */ count) => {
          const items = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[data-testid="photo-item"]')]);
          return (
            items.length === count &&
            items.every(({ dataset }) => dataset.state === 'ready' || dataset.state === 'refused')
          );
        },
        { args: [done + some.length], timeout: 120_000 },
      );
    }
    return await browser.evaluate(() =>
      /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[data-testid="photo-item"]')]).map(
        ({ dataset }) => ({
          class: Number(dataset.class),
          verdict: dataset.state === 'refused' ? 'refused' : dataset.verdict,
          confidence: Number(dataset.confidence),
        }),
      ),
    );
  } finally {
    await close();
  }
}
