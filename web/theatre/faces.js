import { className } from '../classes.js';
import { el, setText } from '../dom.js';
import { count, onLanguage, t } from '../i18n/index.js';
import { blankCanvas, paint, pictureAt } from '../views/pictures.js';

/**
 * Twenty-five images that the network is not trained on, the same ones during a run: what it takes each for turns from
 * red to blue as it learns.
 *
 * @typedef {import('./recording.js').Recording} Recording
 * @typedef {{ cell: HTMLElement, label: HTMLElement, class: number, shown: string }} Face `shown`: what it says
 */

/**
 * A canvas is a layer of its own in browsers, which takes time with each frame; an image is not.
 * @param {Uint8Array} pixels
 * @param {import('../subject.js').Subject} subject
 */
async function imageOf(pixels, subject) {
  const canvas = blankCanvas(subject);
  paint(canvas, pixels, subject);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve));
  return el('img', { className: canvas.className, alt: '', src: URL.createObjectURL(/** @type {Blob} */ (blob)) });
}

/** @param {import('../subject.js').Subject} subject */
const blankCell = (subject) => el('li', {}, blankCanvas(subject), el('span', { className: 'title' }, '\u00a0'));

/** @param {Recording} record @param {import('../session.js').Session} session */
export function createFaces(record, session) {
  const title = el('h3');
  const score = el('span', { className: 'faces-score' });
  const when = el('span', { className: 'faces-when', role: 'status' });
  const now = el('button', {
    type: 'button',
    className: 'small',
    'data-testid': 'scrub-now',
    onclick: () => record.point(null),
  });
  const list = el('ul', { className: 'faces', role: 'list', 'data-testid': 'theatre-grid' });
  const element = el(
    'section',
    { className: 'stage-faces' },
    el('div', { className: 'faces-head' }, title, score, when, now),
    list,
  );
  /** @type {Face[]} */
  let faces = [];
  let { subject } = session;
  let drawn = 0; // of several drawings under way the last one counts
  let looks = 0;

  /** Shows other images. @param {import('./chosen.js').Chosen} chosen */
  async function draw({ split, indices }) {
    const mine = ++drawn;
    ({ subject } = session);
    if (faces.length === 0) list.replaceChildren(...indices.map(() => blankCell(subject))); // their room
    const { pixels, labels } = await session.pictures(split, indices);
    const images = await Promise.all(indices.map((_, i) => imageOf(pictureAt(pixels, i, subject), subject)));
    if (mine !== drawn) return images.forEach(({ src }) => URL.revokeObjectURL(src));
    for (const { cell } of faces) URL.revokeObjectURL(/** @type {HTMLImageElement} */ (cell.firstChild).src);
    faces = [...labels].map((label, i) => {
      const words = el('span', { className: 'title' }, '\u00a0');
      const cell = el('li', { 'data-testid': 'theatre-cell' }, images[i], words);
      Object.assign(cell.dataset, { index: indices[i], true: label });
      return { cell, label: words, class: label, shown: '' };
    });
    list.dataset.split = split;
    list.replaceChildren(...faces.map(({ cell }) => cell));
    render();
  }

  function render() {
    const { look, pointed } = record;
    const { classNames } = subject;
    faces.forEach((face, i) => show(face, look?.predicted[i] ?? null, classNames));
    const right = faces.filter((face, i) => look?.predicted[i] === face.class).length;
    Object.assign(list.dataset, {
      looks: String((looks += Number(look !== null))),
      epoch: String(pointed ?? ''),
      right: String(right),
    });
    setText(title, t(`faces.${list.dataset.split ?? 'test'}`));
    setText(score, look ? t('faces.score', { right: count(right), count: count(faces.length) }) : '');
    setText(
      when,
      pointed === null
        ? ''
        : look
          ? t('faces.after', { epoch: pointed + 1 })
          : t('faces.unknown', { epoch: pointed + 1 }),
    );
    setText(now, t('faces.now'));
    now.style.visibility = pointed === null ? 'hidden' : '';
  }

  /** @param {Face} face @param {number | null} predicted @param {readonly string[]} classNames */
  function show(face, predicted, classNames) {
    const name = predicted === null ? '' : className(predicted, classNames);
    const wanted = `${predicted} ${name} ${document.documentElement.lang}`;
    if (wanted === face.shown) return;
    face.shown = wanted;
    const right = predicted === face.class;
    face.cell.dataset.predicted = String(predicted ?? '');
    face.cell.dataset.correct = predicted === null ? '' : String(right);
    face.cell.title =
      predicted === null ? '' : t('faces.cell', { predicted: name, true: className(face.class, classNames) });
    face.label.className = `title ${predicted === null ? '' : right ? 'right' : 'wrong'}`;
    if (predicted === null) return void (face.label.textContent = '\u00a0');
    face.label.replaceChildren(
      el('span', {
        className: `sign ${right ? 'tick' : 'cross'}`,
        role: 'img',
        ariaLabel: t(right ? 'faces.right' : 'faces.wrong'),
      }),
      el('span', { className: 'face-name' }, name),
      el(
        'span',
        { className: 'visually-hidden' },
        right ? '' : t('faces.true', { true: className(face.class, classNames) }),
      ),
    );
  }

  record.on('shown', render);
  onLanguage(render);
  return { element, draw };
}
