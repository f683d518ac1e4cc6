import { className } from '../classes.js';
import { byId, contextOf, el, setText } from '../dom.js';
import { onLanguage } from '../i18n/index.js';
import { whenLoaded } from './loaded.js';
import { blankCanvas, paint, pictureAt } from './pictures.js';

/**
 * The first thirty training pictures with the names of their classes.
 * @param {import('../session.js').Session} session
 */
export function createFirst30View(session) {
  const cells = Array.from({ length: 30 }, () => ({ canvas: blankCanvas(), name: el('span', { className: 'title' }) }));
  /** @type {Int32Array | null} */
  let labels = null;
  let { classNames } = session.subject; // of the labels

  function render() {
    cells.forEach(({ name }, i) =>
      setText(name, labels && i < labels.length ? className(labels[i], classNames) : '\u00a0'),
    );
  }

  byId('first-30').append(...cells.map(({ canvas, name }) => el('li', { className: 'empty' }, canvas, name)));
  onLanguage(render);

  whenLoaded(session, async ({ info, version }) => {
    const { subject } = session;
    const there = Math.min(30, info?.train.images[0] ?? 0);
    const answer = await session.pictures('train', [...Array(there).keys()]);
    if (version !== session.data.version) return; // of other images
    cells.slice(0, there).forEach(({ canvas }, i) => {
      paint(canvas, pictureAt(answer.pixels, i, subject), subject);
      canvas.parentElement?.classList.remove('empty');
    });
    cells.slice(there).forEach(({ canvas }) => {
      contextOf(canvas).clearRect(0, 0, canvas.width, canvas.height);
      canvas.parentElement?.classList.add('empty');
    });
    labels = answer.labels;
    ({ classNames } = subject);
    render();
  });
}
