import { byId, el, setText } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';
import { specsOf } from '../model-spec.js';
import { runtimeOptions } from '../settings.js';
import { whenLoaded } from '../views/loaded.js';

/**
 * A model that answers as soon as the pictures have loaded: it begins with the layers of one of the page's, and needs
 * no training. Section 2 then says so in place of the layers.
 * @param {{ session: import('../session.js').Session, trainer: import('../trainer.js').Trainer, settings:
 *   import('../settings.js').Settings }} parts
 */
export function createAtOnce({ session, trainer, settings }) {
  const fields = byId('model-fields');
  const note = el('p', { hidden: true, role: 'status', 'data-testid': 'model-base' });
  let answered = 0; // the version of the images that such a model was made for
  let failure = '';

  fields.before(note);

  const begins = () => settings.base !== 'none' && session.data.info?.source === 'pictures';
  const specs = () => specsOf(settings.layers, session.subject.classNames.length);

  function render() {
    fields.hidden = begins();
    note.hidden = !begins();
    setText(note, t(failure ? 'base.failed' : 'base.note', { name: t(`base.${settings.base}`), reason: failure }));
  }

  async function answer() {
    await new Promise((resolve) => setTimeout(resolve)); // a run that waits for these pictures comes first
    const { state, version } = session.data;
    const { model } = trainer.view;
    if (model && failure) begin(); // Start has tried again
    render();
    if (!begins() || state !== 'ready' || version === answered || trainer.busy() || model) return;
    answered = version;
    const { layers, ...chosen } = settings;
    try {
      await trainer.take(async () => {
        const run = { ...chosen, specs: specs(), runtime: runtimeOptions(settings) };
        const { id } = await session.call('answerAtOnce', run);
        return { id, history: [], position: { epoch: 0, batch: 0 }, ended: { how: 'untrained', epoch: 0 } };
      });
      trainer.evaluate(); // which nobody need wait for
    } catch (error) {
      failure = /** @type {Error} */ (error).message;
      render();
    }
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
}
