import { byId, goTo, setText } from '../dom.js';
import { count, onLanguage, percent, t } from '../i18n/index.js';

/**
 * The opening: the one button a newcomer needs, and how far each of the four pieces is.
 * @param {{ session: import('../session.js').Session, trainer: import('../trainer.js').Trainer,
 *   settings: import('../settings.js').Settings, parameters: () => number | null, start: () => void }} parts
 */
export function createMasthead({ session, trainer, settings, parameters, start }) {
  const begin = byId('begin');

  function render() {
    setText(begin, t(labelOf()));
    setText(byId('begin-note'), noteText());
    setText(byId('piece-data'), dataText());
    const known = parameters();
    setText(byId('piece-model'), known === null ? '' : t('piece.parameters', { count: count(known) }));
    setText(byId('piece-train'), trainText());
    const test = trainer.evaluation.test;
    setText(
      byId('piece-evaluate'),
      test && Number.isFinite(test.loss) ? t('piece.accuracy', { accuracy: percent(test.accuracy) }) : '',
    );
  }

  function labelOf() {
    const { state, continues, offer } = trainer.view;
    if (trainer.busy()) return 'begin.running';
    if (state === 'done') return 'begin.results';
    return continues || offer ? 'begin.continue' : 'begin';
  }

  function noteText() {
    const { continues, offer, model } = trainer.view;
    if (offer) return t('begin.note-continue', { epoch: offer.epoch, epochs: offer.epochs });
    if (continues && model)
      return t('begin.note-continue', {
        epoch: Math.min(model.position.epoch + 1, settings.epochs),
        epochs: settings.epochs,
      });
    return t('begin.note', { epochs: count(settings.epochs), pictures: count(picturesUsed()) });
  }

  function picturesUsed() {
    return Math.min(settings.trainSize, session.data.info?.train.images[0] ?? settings.trainSize);
  }

  function dataText() {
    const { info, state } = session.data;
    if (info) {
      const parts = [info.train, info.validation, info.test].map((part) => part?.images[0] ?? 0);
      return t('piece.pictures', { count: count(parts[0] + parts[1] + parts[2]) });
    }
    return state === 'loading' ? t('data.loading') : '';
  }

  function trainText() {
    const { progress } = trainer;
    return progress
      ? t('piece.epochs', { epoch: Math.min(progress.epoch + 1, progress.epochs), epochs: progress.epochs })
      : '';
  }

  begin.addEventListener('click', () => {
    if (trainer.view.state === 'done') return goTo('evaluate', { smooth: true });
    goTo('train', { smooth: true });
    if (!trainer.busy()) start();
  });
  for (const name of /** @type {const} */ (['state', 'evaluation', 'progress'])) trainer.on(name, render);
  for (const name of /** @type {const} */ (['data', 'description'])) session.on(name, render);
  onLanguage(render);
  return { render };
}
