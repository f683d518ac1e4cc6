/** Draws one picture; runs in a worker of a browser. */
import { blank } from './canvas.js';
import { KINDS } from './kinds.js';
import { compress, photograph } from './photograph.js';
import { createRandom, hash } from './random.js';

/** Width and height, pixels. */
const SIZES = [
  [300, 400],
  [450, 600],
  [600, 800],
  [400, 300],
  [600, 450],
  [800, 600],
  [360, 360],
  [600, 600],
];

/**
 * The same picture for the same arguments.
 * @param {string} name of a kind
 * @param {number} seed
 * @param {number} number of the picture, from 0
 * @returns {Promise<string>} a PNG, as a data URL
 */
export async function drawPicture(name, seed, number) {
  const kind = KINDS.find((one) => one.name === name);
  if (!kind) throw new Error(`${name}: no such kind; there are ${KINDS.map((one) => one.name).join(', ')}`);
  const text = [...name].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), 7);
  const random = createRandom(2 ** 32 * hash(text, seed, number));
  const [width, height] = random.pick(SIZES);
  const context = blank(width, height);
  context.save();
  kind.draw(context, { width, height }, random);
  context.restore();
  photograph(context, random, kind.finish);
  if (random.happens(0.6)) await compress(context, random);
  const reader = new FileReader();
  const read = new Promise((resolve, reject) => Object.assign(reader, { onload: resolve, onerror: reject }));
  reader.readAsDataURL(await context.canvas.convertToBlob({ type: 'image/png' }));
  await read;
  return String(reader.result);
}
