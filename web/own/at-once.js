import { byId, el, setText } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';
import { specsOf } from '../model-spec.js';
import { runtimeOptions } from '../settings.js';
import { whenLoaded } from '../views/loaded.js';

/** @typedef {import('../worker.js').WorkerMethods['answerAtOnce']['args']} Run */

const RESTS = 1000; // ms after the last picture until logistic regression is worth its time

/**
 * A model that answers as soon as the pictures have loaded, and after each that is added: it begins with the layers of
 * one of the page's, and needs no training. Section 2 then says so in place of the layers.
 * @param {{ session: import('../session.js').Session, trainer: import('../trainer.js').Trainer, settings:
 *   import('../settings.js').Settings, bases: import('./bases.js').Bases }} parts
 * @returns {{ settled: () => Promise<void> }} `settled`: resolves once no such model is being made
 */
export function createAtOnce({ session, trainer, settings, bases }) {
  const fields = byId('model-fields');
  const note = el('p', { hidden: true, role: 'status', 'data-testid': 'model-base' });
  let answered = 0; // the version of the images that such a model was made for
  let failure = '';
  /** @type {Promise<void>} */
  let answering = Promise.resolve();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let resting;

  fields.before(note);

  const begins = () => settings.base !== 'none' && session.data.info?.source === 'pictures';
  const specs = () => specsOf(settings.layers, session.subject.classNames.length);

  function render() {
    fields.hidden = begins();
    note.hidden = !begins();
    setText(note, t(failure ? 'base.failed' : 'base.note', { name: bases.nameOf(settings.base), reason: failure }));
  }

  const answer = () => (answering = answering.then(answerNow));

  async function answerNow() {
    await new Promise((resolve) => setTimeout(resolve)); // a run that waits for these pictures comes first
    const { state, version } = session.data;
    const { model } = trainer.view;
    if (model && failure) begin(); // Start has tried again
    render();
    if (!begins() || state !== 'ready' || version === answered || trainer.busy() || model) return;
    answered = version;
    clearTimeout(resting);
    const { layers, ...chosen } = settings;
    const run = { ...chosen, specs: specs(), runtime: runtimeOptions(settings) };
    try {
      await trainer.take(async () => {
        const { id } = await session.call('answerAtOnce', run);
        resting = setTimeout(() => refine(id, run), RESTS);
        return { id, history: [], position: { epoch: 0, batch: 0 }, ended: { how: 'untrained', epoch: 0 } };
      });
      trainer.evaluate(); // which nobody need wait for
    } catch (error) {
      failure = /** @type {Error} */ (error).message;
      render();
    }
  }

  /** @param {string} id of the run that the model comes from @param {Run} run */
  async function refine(id, run) {
    const { model } = trainer.view;
    if (session.data.state !== 'ready' || trainer.busy() || model?.ended.how !== 'untrained') return;
    const { version } = model;
    // the model as it is answers too
    if (await session.call('refine', { ...run, id }).catch(() => false)) trainer.reweight(version);
  }

  function begin() {
    failure = '';
    session.describe(specs(), settings.base); // the same images may be another model's now
  }

  whenLoaded(session, () => {
    begin();
    answer();
  });
  trainer.on('state', answer);
  onLanguage(render);
  return { settled: () => answering };
}
