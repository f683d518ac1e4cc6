import { el, setText } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';

/**
 * Which model answers: one of the page's own, or the one of this tab. Where that one changes, its pictures are answered again.
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
  /** The model of the tab whose weights the looker has. @type {import('../trainer.js').TabModel | null} */
  let taken = null;
  let taking = false;

  /** The model of the tab, where nothing changes its weights. */
  const present = () => (!trainer.busy() || trainer.view.evaluating ? trainer.view.model : null);

  /** The tab's model travels as the file that it can be saved as. @param {import('../trainer.js').TabModel} model */
  async function take(model) {
    const { bytes } = await session.call('save', {});
    await looker.keepTrained(bytes);
    taken = model;
  }

  /** @param {string} chosen */
  async function use(chosen) {
    failure = '';
    try {
      const model = present();
      if (chosen === 'trained' && model && model.version !== taken?.version) await take(model);
      if (select.value === chosen) album.use(chosen);
    } catch (error) {
      failure = /** @type {Error} */ (error).message;
      select.value = album.model;
    }
    render();
  }

  /** Keeps up with the tab's model, where it is the one that answers. */
  async function follow() {
    const model = present();
    if (taking || album.model !== 'trained' || !model || model.version === taken?.version) return render();
    taking = true;
    await use('trained');
    taking = false;
    if (!failure) follow(); // it may have changed again
  }

  function render() {
    setText(name, t('try.model'));
    for (const option of select.options) {
      setText(option, t(`try.model-${option.value}`));
      if (option.value === 'trained') option.disabled = !present() && album.model !== 'trained';
    }
    setText(note, failure ? t('try.model-failed', { reason: failure }) : aboutText());
  }

  function aboutText() {
    if (select.value !== 'trained' || !taken) return t(`try.about-${select.value}`);
    if (trainer.busy() && !trainer.view.evaluating) return t('try.about-before');
    if (taken.version !== trainer.view.model?.version) return t('try.about-earlier');
    return taken.origin === 'saved' ? t('try.about-saved', { name: taken.name }) : t('try.about-trained');
  }

  select.addEventListener('change', () => use(select.value));
  album.on('model', (/** @type {{ failure: string }} */ told) => {
    failure = told.failure;
    render();
  });
  for (const event of ['state', 'evaluation']) trainer.on(event, follow);
  onLanguage(render);
  return { element, render };
}
