import { className } from '../classes.js';
import { byId, contextOf, el } from '../dom.js';
import { onLanguage } from '../i18n/index.js';
import { whenLoaded } from './loaded.js';
import { blankCanvas, paint, pictureAt } from './pictures.js';

/**
 * The first thirty training pictures with the names of their classes.
 * @param {import('../session.js').Session} session
 */
export function createFirst30View(session) {
  const cells = Array.from({ length: 30 }, () => ({ canvas: blankCanvas(), name: el('span', { className: 'title' }) }));
  /** @type {Uint8Array | null} */
  let labels = null;

  function render() {
    cells.forEach(({ name }, i) => (name.textContent = labels && i < labels.length ? className(labels[i]) : '\u00a0'));
  }

  byId('first-30').append(...cells.map(({ canvas, name }) => el('li', { className: 'empty' }, canvas, name)));
  onLanguage(render);

  whenLoaded(session, async ({ info }) => {
    const there = Math.min(30, info?.train.images[0] ?? 0);
    const answer = await session.pictures('train', [...Array(there).keys()]);
    cells.slice(0, there).forEach(({ canvas }, i) => {
      paint(canvas, pictureAt(answer.pixels, i));
      canvas.parentElement?.classList.remove('empty');
    });
    cells.slice(there).forEach(({ canvas }) => {
      contextOf(canvas).clearRect(0, 0, canvas.width, canvas.height);
      canvas.parentElement?.classList.add('empty');
    });
    labels = answer.labels;
    render();
  });
}
