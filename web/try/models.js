import { el, setText } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';

/**
 * Which model answers: one of the page's own, or the one that was trained in this tab.
 * @param {{ album: import('./album.js').Album, looker: ReturnType<typeof import('./looker.js').createLooker>,
 *   session: import('../session.js').Session, trainer: import('../trainer.js').Trainer }} parts
 */
export function createModelChoice({ album, looker, session, trainer }) {
  const names = ['photos', 'tutorial', 'accurate', 'trained'];
  const select = el('select', { 'data-testid': 'model-choice' }, ...names.map((value) => el('option', { value, disabled: value === 'trained' })));
  const name = el('span');
  const note = el('p', { className: 'quiet', role: 'status' });
  const element = el('div', { className: 'photo-model' }, el('label', { className: 'inline' }, name, select), note);
  let failure = '';
  /** The run whose weights the looker has. @type {unknown} */
  let taken = null;

  /** What a model of this tab has become is seen by its evaluation. */
  const isThere = () => trainer.view.position !== null && !trainer.busy();

  /** The trained model travels as the file that it can be saved as. */
  async function takeTrained() {
    const mark = trainer.evaluation;
    if (taken === mark) return;
    const { bytes } = await session.call('save', {});
    await looker.keepTrained(bytes);
    taken = mark;
  }

  async function change() {
    failure = '';
    const chosen = select.value;
    try {
      if (chosen === 'trained') await takeTrained();
      if (select.value === chosen) album.use(chosen);
    } catch (error) {
      failure = /** @type {Error} */ (error).message;
      select.value = album.model;
    }
    render();
  }

  function render() {
    setText(name, t('try.model'));
    for (const option of select.options) {
      setText(option, t(`try.model-${option.value}`));
      if (option.value === 'trained') option.disabled = !isThere() && album.model !== 'trained';
    }
    setText(note, failure ? t('try.model-failed', { reason: failure }) : t(`try.about-${select.value}`));
  }

  select.addEventListener('change', change);
  album.on('model', (/** @type {{ failure: string }} */ told) => {
    failure = told.failure;
    render();
  });
  for (const event of ['state', 'evaluation']) trainer.on(event, render);
  onLanguage(render);
  return { element, render };
}
