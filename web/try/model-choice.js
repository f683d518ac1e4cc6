import { el, setText } from '../dom.js';
import { megabytes, onLanguage, t } from '../i18n/index.js';
import { areGarments } from '../subject.js';

const AT_ONCE = 300; // ms of loading before the page shows it
const LATER = ['trained', 'saved']; // models that are not there when the page opens

/**
 * Which model answers: one of the page's, or the tab's. When the tab's model changes, it answers again.
 * @param {{ album: import('./album.js').Album, client: import('./photo-client.js').PhotoClient,
 *   session: import('../session.js').Session, trainer: import('../trainer.js').Trainer }} parts
 */
export function createModelChoice({ album, client, session, trainer }) {
  const names = ['photos', 'tutorial', 'accurate', 'trained', 'saved'];
  const select = el(
    'select',
    { 'data-testid': 'model-choice' },
    // Safari lists hidden options, too.
    ...names.map((value) => el('option', { value, disabled: LATER.includes(value), hidden: value === 'saved' })),
  );
  const name = el('span');
  const note = el('p', { className: 'quiet', role: 'status' });
  const cancel = el('button', {
    type: 'button',
    className: 'small',
    hidden: true,
    'data-testid': 'model-cancel',
    onclick: giveUp,
  });
  const element = el(
    'div',
    { className: 'photo-model' },
    el('label', { className: 'inline' }, name, select),
    el('div', { className: 'photo-loading' }, note, cancel),
  );
  let failure = '';
  /** The model of the tab whose weights the photo client has. @type {import('../trainer.js').TabModel | null} */
  let taken = null;
  let taking = false;
  let saved = ''; // the name of the saved model that can be asked
  let chosen = false; // the user has chosen who answers
  /**
   * The model that is loading.
   * @type {{ received: number, total?: number, late: boolean, controller: AbortController } | null}
   */
  let loading = null;
  let here = ''; // the last one that had loaded

  /** The tab's model, unless its weights are changing. */
  const present = () => (trainer.view.steady ? trainer.view.model : null);

  /** Hands the tab's model over as a file. @param {import('../trainer.js').TabModel} model */
  async function take(model) {
    const { bytes } = await session.call('save', {});
    await client.keep('trained', bytes);
    taken = model;
  }

  /** The album reports a failure. @param {string} chosen */
  async function load(chosen) {
    const mine = { received: 0, late: false, controller: new AbortController() };
    loading = mine;
    const onEvent = (/** @type {Partial<typeof mine>} */ told) => {
      Object.assign(mine, told);
      render();
    };
    const timer = setTimeout(() => onEvent({ late: true }), AT_ONCE);
    const loaded = await client.ask('prepare', { model: chosen }, { signal: mine.controller.signal, onEvent }).then(
      () => true,
      () => false,
    );
    clearTimeout(timer);
    if (loaded) here = chosen;
    if (loading === mine) loading = null;
    render();
  }

  /** Cancels loading; the model before answers again. */
  function giveUp() {
    loading?.controller.abort();
    select.value = here;
    select.focus();
    use(here);
  }

  /** @param {string} wanted */
  async function use(wanted) {
    failure = '';
    const isOwn = wanted === 'trained' || wanted === 'saved';
    if (isOwn) loading = null;
    else load(wanted);
    try {
      const model = present();
      if (wanted === 'trained' && model && model.version !== taken?.version) await take(model);
      if (select.value !== wanted) return;
      album.use(wanted);
      if (isOwn) here = wanted;
    } catch (error) {
      failure = /** @type {Error} */ (error).message;
      select.value = album.model;
    }
    render();
  }

  /**
   * Has a saved model answer, which need not be the tab's.
   * @param {string} called
   * @param {Uint8Array} bytes
   */
  async function answerWith(called, bytes) {
    await client.keep('saved', bytes);
    saved = called;
    chosen = true;
    await choose('saved');
  }

  /** Has the tab's model answer, if it can be asked. @returns {boolean} whether it can */
  function askTrained() {
    const can = [...select.options].some(({ value, disabled }) => value === 'trained' && !disabled);
    if (can) {
      chosen = true;
      choose('trained');
    }
    return can;
  }

  /** @param {string} wanted */
  function choose(wanted) {
    for (const option of select.options) if (option.value === wanted) option.disabled = option.hidden = false;
    select.value = wanted;
    return use(wanted);
  }

  /** No model of the page knows the classes of pictures of one's own: the tab's answers, unless the user has chosen. */
  const isCalledFor = () => !chosen && album.model !== 'trained' && !areGarments(session.subject.classNames);

  /** Hands the tab's model over when it has changed, if it is the one that answers. */
  async function follow() {
    const model = present();
    const isStale = album.model === 'trained' && model?.version !== taken?.version;
    if (taking || !model || !(isStale || isCalledFor())) return render();
    taking = true;
    await choose('trained');
    taking = false;
    if (failure) chosen = true;
    else follow(); // it may have changed again
  }

  function render() {
    setText(name, t('try.model'));
    for (const option of select.options) {
      setText(option, t(`try.model-${option.value}`, { name: saved }));
      if (option.value === 'trained') option.disabled = !present() && album.model !== 'trained';
    }
    setText(note, failure ? t('try.model-failed', { reason: failure }) : isAwaited() ? loadingText() : aboutText());
    setText(cancel, t('try.cancel'));
    cancel.hidden = !isAwaited() || here === '';
  }

  /** The first model loads unasked, so the page shows that only once there is a picture. */
  const isAwaited = () => loading?.late && (here !== '' || album.items.length > 0);

  function loadingText() {
    const { received, total } = /** @type {NonNullable<typeof loading>} */ (loading);
    return total
      ? t('try.loading-model', { received: megabytes(received), total: megabytes(total) })
      : t('try.loading-some', { received: megabytes(received) });
  }

  function aboutText() {
    if (select.value === 'saved') return t('try.about-saved', { name: saved });
    if (select.value !== 'trained' || !taken) return t(`try.about-${select.value}`);
    if (!trainer.view.steady) return t('try.about-before');
    if (taken.version !== trainer.view.model?.version) return t('try.about-earlier');
    if (taken.origin === 'saved') return t('try.about-saved', { name: taken.name });
    return t(taken.ended.how === 'untrained' ? 'try.about-untrained' : 'try.about-trained');
  }

  select.addEventListener('change', () => {
    chosen = true;
    use(select.value);
  });
  album.on('model', (told) => {
    failure = told.failure;
    render();
  });
  for (const event of /** @type {const} */ (['state', 'evaluation'])) trainer.on(event, follow);
  onLanguage(render);
  load(album.model);
  return { element, render, answerWith, askTrained };
}
