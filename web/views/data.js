import { byId, el, hook, oncePerFrame, setText } from '../dom.js';
import { count, megabytes, onLanguage, percent, t } from '../i18n/index.js';
import { onFilesChosen } from '../incoming.js';
import { isGiven } from '../settings.js';

/** @typedef {import('../settings.js').Settings['source']} Source */

/** What is loaded file by file; everything else is counted in images. */
const IN_BYTES = ['download', 'verify', 'decompress', 'parse'];

/**
 * Where the images come from: choosing a source, progress while it loads, what to do if it fails, and the shapes.
 * @param {import('../session.js').Session} session
 * @param {{ source: () => Source, onSource: (source: Source) => void, onFiles: (files: File[]) => void,
 *   own: () => Promise<Pick<import('../own/index.js').Own, 'choose'>> }} options `source`: of what is loaded, or loads
 *   first; `onSource`: called once another has loaded; `onFiles`: with the files that were chosen; `own`: loads what
 *   pictures of one's own need
 */
export function createDataView(session, { source, onSource, onFiles, own }) {
  const select = hook('dataset-source', 'select');
  const loadButton = hook('dataset-load', 'button');
  const fileInput = hook('dataset-files', 'input');
  const status = hook('dataset-status');
  const bytes = byId('dataset-bytes');
  const bytesDone = /** @type {HTMLElement} */ (bytes.firstElementChild);
  const offer = byId('dataset-offer');
  const cancel = byId('dataset-cancel');
  let tried = source(); // what was last tried to load
  const chosenNow = () => /** @type {Source} */ (select.value);

  /**
   * @param {Source} chosen
   * @param {Parameters<typeof session.load>[1]} [given]
   * @returns {Promise<boolean>} whether it is loaded now
   */
  async function load(chosen, given) {
    tried = chosen;
    show(chosen);
    const loaded = await session.load(chosen, given);
    if (loaded) onSource(chosen);
    // pictures that were refused, as for their size, stay chosen: another size may do
    else if (tried === chosen && chosen !== 'pictures' && session.data.state !== 'loading') show(source());
    return loaded;
  }

  /** @param {Source} chosen shows it, and what it needs */
  function show(chosen) {
    select.value = chosen;
    byId('own-source').hidden = chosen !== 'pictures';
    byId('files').hidden = chosen === 'pictures';
  }

  function render() {
    const { state, info, progress, message } = session.data;
    const loading = state === 'loading';
    status.dataset.state = state;
    setText(status, statusText());
    cancel.hidden = !loading;
    offer.hidden = state !== 'failed' || info !== null;
    bytes.style.visibility = loading ? 'visible' : 'hidden';
    const share = loading && progress?.total ? progress.loaded / progress.total : 0;
    bytes.setAttribute('aria-valuenow', String(Math.round(share * 100)));
    bytesDone.style.inlineSize = `${share * 100}%`;
    renderDetail(message);
    renderDims(info);
  }

  function statusText() {
    const { state, info } = session.data;
    if (state === 'failed')
      return [
        t(isGiven(tried) ? `data.failed-${tried}` : 'data.failed'),
        info ? t('data.kept', { name: info.name }) : '',
      ]
        .filter(Boolean)
        .join(' ');
    if (state !== 'ready' || !info) return t(`data.${state === 'ready' ? 'empty' : state}`);
    const counts = { train: count(info.train.images[0]), test: count(info.test.images[0]) };
    if (info.synthetic) return t('data.ready-synthetic', counts);
    if (info.source !== 'pictures') return t('data.ready', { name: info.name, ...counts });
    const own = { classes: count(info.classNames.length), validation: count(info.validation?.images[0] ?? 0) };
    return t('data.ready-pictures', { name: info.name, ...counts, ...own });
  }

  /** @param {string} message */
  function renderDetail(message) {
    const { state, info, progress } = session.data;
    const detail = byId('dataset-detail');
    if (state === 'failed') detail.replaceChildren(`${t('error.detail')} `, el('span', { lang: 'en' }, message));
    else if (state === 'loading') setText(detail, progress ? progressText(progress) : '\u00a0');
    else setText(detail, info ? t(`from.${info.source}`) : '\u00a0');
  }

  /** @param {import('../session.js').LoadProgress} progress */
  function progressText({ phase, loaded, total }) {
    const amount = IN_BYTES.includes(phase) ? megabytes : count;
    return t('data.progress-text', {
      phase: t(`phase.${phase}`),
      loaded: amount(loaded),
      total: amount(total),
      percent: percent(total ? loaded / total : 0, 0),
    });
  }

  /** @param {import('../session.js').DatasetInfo | null} info */
  function renderDims(info) {
    const rows = /** @type {[string, number[] | undefined][]} */ ([
      ['dims.train-images', info?.train.images],
      ['dims.train-labels', info?.train.labels],
      ...(info?.validation
        ? [
            ['dims.validation-images', info.validation.images],
            ['dims.validation-labels', info.validation.labels],
          ]
        : []),
      ['dims.test-images', info?.test.images],
      ['dims.test-labels', info?.test.labels],
    ]);
    byId('dims').replaceChildren(
      ...rows.map(([key, shape]) => el('div', {}, el('dt', {}, t(key)), el('dd', {}, shapeText(shape)))),
    );
  }

  byId('dataset-form').addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    const chosen = chosenNow();
    if (chosen === 'files') fileInput.click();
    else if (chosen === 'pictures')
      own().then(
        ({ choose }) => choose(),
        () => {},
      ); // its place says why not
    else load(chosen);
  });
  select.addEventListener('change', () => {
    show(chosenNow());
    if (chosenNow() === 'pictures') own();
  });
  cancel.addEventListener('click', session.abortLoad);
  onFilesChosen(fileInput, onFiles);
  hook('dataset-offer-synthetic').addEventListener('click', () => load('synthetic'));

  select.value = tried;
  session.on('data', oncePerFrame(render));
  onLanguage(render);

  return {
    load,
    /** What is chosen to be loaded. */
    wanted: () => (isGiven(chosenNow()) ? source() : chosenNow()),
    /** @param {boolean} locked */
    lock(locked) {
      for (const control of [select, loadButton, fileInput]) control.disabled = locked;
    },
  };
}

/** The shape as the tutorial prints it: pictures without a single channel. @param {number[] | undefined} shape */
function shapeText(shape) {
  if (!shape) return '–';
  const dims = shape.length === 4 && shape[3] === 1 ? shape.slice(0, 3) : shape;
  return `(${dims.join(', ')}${dims.length === 1 ? ',' : ''})`;
}
