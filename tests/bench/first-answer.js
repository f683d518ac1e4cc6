/** How long a first visit takes until a picture is answered that is dropped as soon as the page can take it: milliseconds since navigation began. */
import { shirt } from '../support/pictures.js';
import { drop, hook, openPage } from '../page/page.js';

const VISITS = 7;

async function visit() {
  const { browser, close } = await openPage('chromium', { query: '' });
  try {
    await drop(browser, shirt());
    const dropped = await browser.evaluate(() => performance.now());
    await browser.evaluate((/** @type {string} */ selector) => {
      const page = /** @type {any} */ (globalThis);
      const look = () => (/** @type {HTMLElement | null} */ (document.querySelector(selector))?.dataset.state === 'ready' ? (page.answered = performance.now()) : requestAnimationFrame(look));
      look();
    }, hook('photo-result'));
    await browser.waitFor(() => 'answered' in globalThis);
    return { dropped, answered: await browser.evaluate(() => /** @type {any} */ (globalThis).answered) };
  } finally {
    await close();
  }
}

const times = [];
for (let i = 0; i < VISITS; i++) times.push(await visit());
const whole = (/** @type {number[]} */ all) => {
  const sorted = all.map(Math.round).sort((a, b) => a - b);
  return `median ${sorted[(VISITS - 1) / 2]} ms (${sorted.join(', ')})`;
};
console.log(`first answer, Chromium, a first visit on localhost: ${whole(times.map(({ answered }) => answered))} after navigation began`);
console.log(`from the drop on: ${whole(times.map(({ answered, dropped }) => answered - dropped))}`);
