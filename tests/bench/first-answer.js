/**
 * How long a first visit takes until a picture is classified that is dropped as soon as the page has loaded:
 * milliseconds since navigation began.
 */
import { shirt } from '../support/pictures.js';
import { dropHere, hook, openPage } from '../page/page.js';

const VISITS = 7;

/**
 * Drops a picture once the page has loaded, and looks for the answer in every frame; starts before the page does, and
 * runs in it.
 * @param {(picture: any) => void} drop @param {any} picture @param {string} selector of the answer
 */
function dropAtOnce(drop, picture, selector) {
  const page = /** @type {any} */ (globalThis);
  addEventListener('load', () => {
    page.dropped = performance.now();
    drop(picture);
    const look = () =>
      /** @type {HTMLElement | null} */ (document.querySelector(selector))?.dataset.state === 'ready'
        ? (page.answered = performance.now())
        : requestAnimationFrame(look);
    look();
  });
}

async function visit() {
  const { name, type, bytes } = shirt();
  const [picture, selector] = [{ name, type, bytes: [...bytes] }, hook('photo-result')].map((each) =>
    JSON.stringify(each),
  );
  const prepare = async (/** @type {import('../page/page.js').Browser} */ { page }) =>
    void (await page?.evaluateOnNewDocument(`(${dropAtOnce})(${dropHere}, ${picture}, ${selector})`));
  const { browser, close } = await openPage('chromium', { offline: true, prepare });
  try {
    await browser.waitFor(() => 'answered' in globalThis);
    return await browser.evaluate(() => {
      const { dropped, answered } = /** @type {any} */ (globalThis);
      return { dropped, answered };
    });
  } finally {
    await close();
  }
}

/** @type {{ dropped: number, answered: number }[]} */
const times = [];
for (let i = 0; i < VISITS; i++) times.push(await visit());
const whole = (/** @type {number[]} */ all) => {
  const sorted = all.map(Math.round).sort((a, b) => a - b);
  return `median ${sorted[(VISITS - 1) / 2]} ms (${sorted.join(', ')})`;
};
console.log(
  `first answer, Chromium, a first visit on localhost: ${whole(times.map(({ answered }) => answered))} after ` +
    'navigation began',
);
console.log(`from the drop on: ${whole(times.map(({ answered, dropped }) => answered - dropped))}`);
