import { byId, el, hook, oncePerFrame, setText } from '../dom.js';
import { count, megabytes, onLanguage, percent, t } from '../i18n/index.js';
import { onFilesChosen } from '../incoming.js';

/**
 * Where the images come from: choosing, loading with progress, failing with a way out, and the shapes that came.
 * @param {import('../session.js').Session} session
 * @param {{ source: () => string, onSource: (source: any) => void, onFiles: (files: File[]) => void }} options
 *   `source`: of what is
 *   loaded, or is to be loaded first; `onSource`: told of another once it is loaded; `onFiles`: what was chosen
 */
export function createDataView(session, { source, onSource, onFiles }) {
  const select = hook('dataset-source');
  const loadButton = hook('dataset-load');
  const fileInput = hook('dataset-files');
  const status = hook('dataset-status');
  const bytes = byId('dataset-bytes');
  const offer = byId('dataset-offer');
  const cancel = byId('dataset-cancel');
  let tried = source(); // what was to be loaded last

  /** @param {string} chosen @param {File[]} [files] */
  async function load(chosen, files) {
    tried = chosen;
    select.value = chosen;
    if (await session.load(chosen, files)) onSource(chosen);
    else if (tried === chosen && session.data.state !== 'loading') select.value = source();
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
    bytes.firstElementChild.style.inlineSize = `${share * 100}%`;
    renderDetail(message);
    renderDims(info);
  }

  function statusText() {
    const { state, info } = session.data;
    if (state === 'failed')
      return [
        t(tried === 'files' ? 'data.failed-files' : 'data.failed'),
        info ? t('data.kept', { name: info.name }) : '',
      ]
        .filter(Boolean)
        .join(' ');
    if (state !== 'ready' || !info) return t(`data.${state === 'ready' ? 'empty' : state}`);
    const counts = { train: count(info.train.images[0]), test: count(info.test.images[0]) };
    return info.synthetic ? t('data.ready-synthetic', counts) : t('data.ready', { name: info.name, ...counts });
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
    const amount = phase === 'generate' ? count : megabytes;
    return t('data.progress-text', {
      phase: t(`phase.${phase}`),
      loaded: amount(loaded),
      total: amount(total),
      percent: percent(total ? loaded / total : 0, 0),
    });
  }

  /** @param {import('../session.js').DatasetInfo | null} info */
  function renderDims(info) {
    const rows = [
      ['dims.train-images', info?.train.images],
      ['dims.train-labels', info?.train.labels],
      ['dims.test-images', info?.test.images],
      ['dims.test-labels', info?.test.labels],
    ];
    byId('dims').replaceChildren(
      ...rows.map(([key, shape]) =>
        el(
          'div',
          {},
          el('dt', {}, t(/** @type {string} */ (key))),
          el('dd', {}, shapeText(/** @type {any} */ (shape))),
        ),
      ),
    );
  }

  byId('dataset-form').addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    if (select.value === 'files') fileInput.click();
    else load(select.value);
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
    wanted: () => (select.value === 'files' ? source() : select.value),
    /** @param {boolean} locked */
    lock(locked) {
      for (const control of [select, loadButton, fileInput]) control.disabled = locked;
    },
  };
}

/** The shape as the tutorial prints it: pictures without their single channel. @param {number[] | undefined} shape */
function shapeText(shape) {
  if (!shape) return '–';
  const dims = shape.length === 4 ? shape.slice(0, 3) : shape;
  return `(${dims.join(', ')}${dims.length === 1 ? ',' : ''})`;
}
