import { namesOf } from '../classes.js';
import { contextOf, el, oneAtATime, setText } from '../dom.js';
import { download } from '../download.js';
import { megabytes, onLanguage, t } from '../i18n/index.js';
import { ACCEPTED, mainFileOf, onFilesChosen } from '../incoming.js';
import { historyCsv, historyJson, predictionsCsv } from './figures.js';
import { FORMATS } from './library.js';
import { coloursOfPage, plotOf } from './svg-plot.js';

/**
 * Saves the tab's model by name, exports it and its figures, and opens files of models.
 *
 * @typedef {import('./store.js').Entry} Entry
 */

const SCALE = 2; // of plots as PNG

/**
 * @param {{ session: import('../session.js').Session, library: import('./library.js').Library, trainer:
 *   import('../trainer.js').Trainer, guard: (work: () => Promise<void>) => Promise<void>, say: (words: () => string) =>
 *   void, cancellable: <T>(words: () => string, work: (signal: AbortSignal) => Promise<T>) => Promise<T>, onChosen:
 *   (files: File[]) => void }} parts
 */
export function createExportPanel({ session, library, trainer, guard, say, cancellable, onChosen }) {
  const name = el('input', { type: 'text', dir: 'auto', maxLength: 120, 'data-testid': 'save-name' });
  const save = el('button', { type: 'submit', className: 'primary', 'data-testid': 'save-model' });
  const format = el(
    'select',
    { 'data-testid': 'export-format' },
    ...Object.keys(FORMATS).map((value) => el('option', { value })),
  );
  const dtype = el('select', { 'data-testid': 'export-dtype' });
  const take = el('button', { type: 'button', 'data-testid': 'export-model' });
  const input = el('input', {
    type: 'file',
    multiple: true,
    className: 'visually-hidden',
    id: 'model-input',
    'data-testid': 'model-input',
    accept: ACCEPTED.model,
  });
  const choose = el('label', { className: 'button', htmlFor: 'model-input' });
  const hint = el('p', { className: 'quiet' });
  const labels = Object.fromEntries(['name', 'format', 'dtype'].map((key) => [key, el('span')]));
  /** @type {Record<string, () => unknown>} */
  const figures = {
    'history-csv': () => download('history.csv', historyCsv(trainer.history), 'text/csv'),
    'history-json': () => download('history.json', historyJson(trainer.history), 'application/json'),
    'predictions-csv': takePredictions,
    'plot-svg': () =>
      ['loss', 'acc'].forEach((key) =>
        download(`${key}.svg`, new XMLSerializer().serializeToString(plotOfRun(key)), 'image/svg+xml'),
      ),
    'plot-png': async () => {
      for (const key of ['loss', 'acc']) download(`${key}.png`, await pngOf(plotOfRun(key)), 'image/png');
    },
  };
  /**
   * What was saved last: the same model is not saved twice.
   * @type {{ version: number | undefined, id: string } | null}
   */
  let saved = null;
  const buttons = Object.entries(figures).map(([key, act]) =>
    el('button', {
      type: 'button',
      className: 'small',
      'data-testid': key,
      onclick: oneAtATime(() => guard(async () => void (await act()))),
    }),
  );
  const figuresTitle = el('h3');
  const form = el('form', { className: 'save-model' }, el('label', {}, labels.name, name), save);
  const away = el(
    'div',
    { className: 'take-model' },
    el('label', {}, labels.format, format),
    el('label', {}, labels.dtype, dtype),
    take,
  );
  const element = el(
    'div',
    { className: 'bench' },
    el('div', { className: 'bench-rows' }, form, away),
    el('div', { className: 'open-model' }, input, choose, hint),
    el('div', {}, figuresTitle, el('p', { className: 'figures' }, ...buttons)),
  );

  const formatNow = () => /** @type {import('./convert.js').FormatName} */ (format.value);

  /** @param {string} key loss or acc @returns {SVGElement} */
  function plotOfRun(key) {
    const colours = coloursOfPage();
    const values = (/** @type {string} */ of) => trainer.history.map(({ logs }) => logs[of] ?? NaN);
    const title = t(key === 'loss' ? 'figures.loss' : 'figures.accuracy');
    return plotOf(
      [
        { name: t('figures.training', { what: title }), values: values(key), colour: colours.ink },
        {
          name: t('figures.validation', { what: title }),
          values: values(`val_${key}`),
          colour: colours.accent,
          dash: [6, 4],
        },
      ],
      { title, ...colours },
    );
  }

  function takePredictions() {
    const { predictions } = trainer.evaluation;
    if (!predictions) return;
    const names = namesOf(session.subject.classNames);
    download('predictions.csv', predictionsCsv(predictions, names), 'text/csv');
  }

  const exportModel = oneAtATime((/** @type {Entry | null} */ entry) =>
    guard(async () => {
      const files = await library.filesOf(entry, { format: formatNow(), dtype: dtype.value });
      for (const { name, bytes } of files) download(name, bytes, 'application/octet-stream');
      say(() => t('bench.taken', { file: files.map(({ name }) => name).join(', ') }));
    }),
  );

  /** @param {File[]} files */
  const open = (files) =>
    guard(async () => {
      const opened = await cancellable(
        () => t('bench.opening', valuesOf(files)),
        (signal) => library.open(files, signal),
      );
      say(() => t('bench.opened', { name: opened }));
    });

  const saveAs = oneAtATime((/** @type {string} */ chosen) => {
    const version = trainer.view.model?.version;
    const typed = name.value;
    name.value = ''; // what is typed from now on is another name
    return guard(async () => {
      try {
        saved = { version, id: await library.save(chosen, version) };
      } catch (error) {
        name.value ||= typed;
        throw error;
      }
      say(() => t('bench.saved', { name: chosen }));
      render();
    });
  });

  /** Whether the tab's model is among the saved ones already, and no other name is given. */
  const isSaved = () =>
    name.value.trim() === '' &&
    saved?.version === trainer.view.model?.version &&
    library.entries.some(({ id }) => id === saved?.id);

  function renderTypes() {
    const { dtypes } = FORMATS[formatNow()];
    const chosen = dtypes.includes(dtype.value) ? dtype.value : dtypes[0];
    dtype.replaceChildren(...dtypes.map((value) => el('option', { value }, t(`dtype.${value}`))));
    dtype.value = chosen;
  }

  function render() {
    const there = trainer.view.model !== null && !trainer.busy();
    for (const control of [take, name]) control.disabled = !there;
    save.disabled = !there || isSaved();
    buttons.forEach((button) => {
      const key = button.dataset.testid;
      setText(button, t(`figures.${key}`));
      button.disabled = key === 'predictions-csv' ? !trainer.evaluation.predictions : trainer.history.length === 0;
    });
    setText(labels.name, t('bench.called'));
    setText(save, t('bench.save'));
    setText(labels.format, t('bench.format'));
    setText(labels.dtype, t('bench.dtype'));
    setText(take, t('bench.take'));
    setText(choose, t('bench.open'));
    setText(hint, t('bench.hint'));
    setText(figuresTitle, t('figures.title'));
    for (const option of format.options) setText(option, t(`format.${option.value}`));
    renderTypes();
  }

  form.addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    const chosen =
      name.value.trim() ||
      t('bench.unnamed', {
        date: new Date().toLocaleString(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' }),
      });
    if (!isSaved()) saveAs(chosen);
  });
  name.addEventListener('input', render);
  library.on('change', render);
  take.addEventListener('click', () => exportModel(null));
  format.addEventListener('change', renderTypes);
  onFilesChosen(input, onChosen);
  for (const event of /** @type {const} */ (['state', 'evaluation', 'epoch', 'reset'])) trainer.on(event, render);
  onLanguage(render);
  return { element, open, exportModel };
}

/** @param {File[]} files */
const valuesOf = (files) => ({
  file: mainFileOf(files).name,
  size: megabytes(files.reduce((sum, { size }) => sum + size, 0)),
});

/** @param {SVGElement} plot @returns {Promise<Blob>} */
async function pngOf(plot) {
  const picture = new Image();
  const address = URL.createObjectURL(
    new Blob([new XMLSerializer().serializeToString(plot)], { type: 'image/svg+xml' }),
  ); // the page's policy lets no data: be shown
  try {
    picture.src = address;
    await picture.decode();
  } finally {
    URL.revokeObjectURL(address);
  }
  const canvas = el('canvas', { width: SCALE * picture.naturalWidth, height: SCALE * picture.naturalHeight });
  contextOf(canvas).drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (/** @type {Blob | null} */ blob) =>
        blob ? resolve(blob) : reject(new Error('the browser could not create a PNG')),
      'image/png',
    ),
  );
}
