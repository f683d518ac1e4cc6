import { className } from '../classes.js';
import { byId, contextOf, el, setText } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';
import { GARMENTS } from '../subject.js';

/**
 * Garments of our own drawing that hang beside the title: with them, the section can be tried at once.
 *
 * @typedef {{ url: string, class: number }} Garment `class`: which of the ten it is
 */

/** @type {Record<string, Garment>} */
const HANGING = {
  't-shirt': { url: new URL('./garments/t-shirt.svg', import.meta.url).href, class: 0 },
  trousers: { url: new URL('./garments/trousers.svg', import.meta.url).href, class: 1 },
  pullover: { url: new URL('./garments/pullover.svg', import.meta.url).href, class: 2 },
  dress: { url: new URL('./garments/dress.svg', import.meta.url).href, class: 3 },
  sneaker: { url: new URL('./garments/sneaker.svg', import.meta.url).href, class: 7 },
  bag: { url: new URL('./garments/bag.svg', import.meta.url).href, class: 8 },
};
const [WIDTH, HEIGHT] = [600, 800]; // of a photo of one, pixels
const WALL = '#efe9de';

/**
 * A button for each garment.
 * @param {import('./album.js').Album} album
 * @param {(files: File[]) => void} onPictures pictures are to be classified
 */
export function garmentButtons(album, onPictures) {
  const buttons = Object.entries(HANGING).map(([name, garment]) => {
    const image = el('img', { src: garment.url, width: 300, height: 400, alt: '' });
    const button = el(
      'button',
      { type: 'button', className: 'hanging', 'data-testid': 'hanging', 'data-garment': name },
      image,
    );
    button.addEventListener('click', () => show(`${name}.png`, image).catch(() => {})); // the image is not there
    return { button, garment };
  });

  /** @param {string} name of the picture @param {HTMLImageElement} image */
  async function show(name, image) {
    const known = album.items.find(({ file }) => file.name === name);
    if (known) album.select(known);
    onPictures(known ? [] : [new File([await photoOf(image)], name, { type: 'image/png' })]);
  }

  onLanguage(() => {
    for (const { button, garment } of buttons)
      button.setAttribute('aria-label', t('rail.garment', { class: className(garment.class, GARMENTS.classNames) }));
  });
  return buttons.map(({ button }) => button);
}

/** Hangs the garments beside the title. @param {HTMLElement[]} buttons */
export function hangGarments(buttons) {
  const words = el('p', { className: 'quiet', id: 'rail-words' });
  onLanguage(() => setText(words, t('rail.words')));
  byId('rail').replaceChildren(
    el('div', { className: 'rail', role: 'group', 'aria-labelledby': 'rail-words' }, ...buttons),
    words,
  );
}

/** Hung before a wall, as a photo has it. @param {HTMLImageElement} image @returns {Promise<Blob>} */
async function photoOf(image) {
  await image.decode();
  const canvas = el('canvas', { width: WIDTH, height: HEIGHT });
  const context = contextOf(canvas);
  context.fillStyle = WALL;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.drawImage(image, 0, 0, WIDTH, HEIGHT);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the canvas has no picture'))));
  });
}
