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
 * @param {(picture: Picture | null) => void} onPicture another one is to be watched
 */
export function createTried(record, session, onPicture) {
  const title = el('h3');
  const words = el('p', { className: 'quiet' });
  const canvas = blankCanvas();
  const bars = el('ol', { className: 'bars', role: 'list', 'data-testid': 'theatre-bars' });
  const rail = el('div', { className: 'stage-rail' });
  const body = el('div', { className: 'tried-body' }, canvas, bars);
  const element = el('section', { className: 'stage-tried' }, title, words, rail, body);
  /** @type {Picture | null} */
  let picture = null;
  let shown = ''; // which garments can be tapped

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

  /** @param {import('../try/album.js').Item | null} item that is selected in section 5 */
  function show(item) {
    const found = item?.found;
    if (!found || found.pixels === picture?.pixels) return;
    picture = record.addPicture({ pixels: found.pixels, subject: found.asking, name: item.file.name });
    onPicture(watchable());
    render();
  }

  /** The picture, if it is an image of the kind that the network learns. */
  const watchable = () => (picture && isSame(picture.subject, session.subject) ? picture : null);

  record.on('shown', render);
  session.on('data', () => shown !== (shown = `${session.data.version}`) && render());
  onLanguage(render);
  return {
    element,
    show,
    watchable,
    /** @param {HTMLElement[]} garments */
    hang: (garments) => rail.replaceChildren(...garments),
  };
}
