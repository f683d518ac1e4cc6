import { el, setText } from '../dom.js';
import { argmax } from '../../shim/classify.js';
import { isolated } from '../i18n/bidi.js';
import { onLanguage, t } from '../i18n/index.js';
import { areGarments, isSame } from '../subject.js';
import { barsOf } from '../views/bars.js';
import { blankCanvas, paint } from '../views/pictures.js';

/**
 * The picture that the user tried, as the network in training sees it. Until there is one, the drawn garments: a tap is
 * enough.
 *
 * @typedef {import('./recording.js').Recording} Recording
 * @typedef {import('./recording.js').Picture} Picture
 */

/**
 * @param {Recording} record
 * @param {import('../session.js').Session} session
 * @param {{ prepare: (file: File) => Promise<Uint8Array | null>, onPicture: () => void }} parts `prepare`: makes an
 *   image of a picture as the loaded pictures were made; `onPicture`: another one is to be watched
 */
export function createTried(record, session, { prepare, onPicture }) {
  const title = el('h3');
  const words = el('p', { className: 'quiet' });
  const canvas = blankCanvas();
  const bars = el('ol', { className: 'bars', role: 'list', 'data-testid': 'theatre-bars' });
  const rail = el('div', { className: 'stage-rail' });
  const body = el('div', { className: 'tried-body' }, canvas, bars);
  const element = el('section', { className: 'stage-tried' }, title, words, rail, body);
  /** @type {Picture | null} */
  let picture = null;
  /** What is selected in section 5. @type {import('../try/album.js').Item | null} */
  let item = null;
  let prepared = ''; // of which item, as which images
  let version = 0; // of the images that are shown

  /** The look may be of a picture before. */
  const shownPicture = () => (record.look && record.pointed !== null ? record.pictureOf(record.look) : picture);

  function render() {
    const now = shownPicture();
    const fits = now !== null && isSame(now.subject, session.subject);
    const probabilities = fits && record.look?.picture === now.id ? record.look.probabilities : null;
    setText(title, t('tried.title'));
    setText(
      words,
      fits
        ? t('tried.of', { name: isolated(now.name) })
        : areGarments(session.subject.classNames)
          ? t('tried.none')
          : t('tried.own'),
    );
    rail.hidden = fits || !areGarments(session.subject.classNames);
    body.hidden = !fits;
    bars.dataset.epoch = String(record.pointed ?? '');
    if (!fits) return;
    const { classNames } = session.subject;
    if (canvas.dataset.id !== String(now.id)) paint(canvas, now.pixels, now.subject);
    canvas.dataset.id = String(now.id);
    const [first] = probabilities ? argmax(probabilities, classNames.length) : [-1];
    bars.style.setProperty('--rows', String(Math.ceil(Math.min(classNames.length, 13) / 2)));
    bars.dataset.class = String(first);
    bars.replaceChildren(...barsOf(classNames, probabilities, (k) => (k === first ? 'first' : '')));
  }

  /** Makes an image of the selected picture as the network learns them, if there is none yet. */
  async function look() {
    const { subject } = session;
    const found = item?.found;
    if (!item || !found) return;
    if (isSame(found.asking, subject)) return put(item, found.pixels);
    const mine = `${item.id} ${session.data.version}`;
    if (areGarments(subject.classNames) || prepared === mine) return;
    prepared = mine;
    const pixels = await prepare(item.file).catch(() => null); // section 5 says what is wrong with it
    if (prepared === mine && pixels) put(item, pixels);
    else if (prepared === mine) prepared = '';
  }

  /** @param {import('../try/album.js').Item} of @param {Uint8Array} pixels */
  function put(of, pixels) {
    if (pixels === picture?.pixels) return;
    picture = record.addPicture({ pixels, subject: session.subject, name: of.file.name });
    onPicture();
    render();
  }

  /** The picture, if it is an image of the kind that the network learns. */
  const watchable = () => (picture && isSame(picture.subject, session.subject) ? picture : null);

  record.on('shown', render);
  session.on('data', () => version !== (version = session.data.version) && render());
  onLanguage(render);
  return {
    element,
    look,
    watchable,
    /** @param {import('../try/album.js').Item | null} selected in section 5 */
    show(selected) {
      item = selected;
      look();
    },
    /** @param {HTMLElement[]} garments */
    hang: (garments) => rail.replaceChildren(...garments),
  };
}
