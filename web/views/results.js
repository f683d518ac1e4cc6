import { byId } from '../dom.js';
import { addTexts } from '../i18n/index.js';
import { argmax } from '../../shim/classify.js';
import { confusion } from '../metrics.js';
import { addStyles } from '../styles.js';
import forced from '../styles/forced.css?inline';
import grids from '../styles/grids.css?inline';
import print from '../styles/print.css?inline';
import tables from '../styles/tables.css?inline';
import { createConfidencesView } from './confidences.js';
import { createConfusionView } from './confusion.js';
import { createFirst20View } from './first-20.js';
import { createFirst30View } from './first-30.js';
import { createGridView } from './grid.js';
import { whenLoaded } from './loaded.js';
import { createPerClassView } from './per-class.js';
import { createSampleView } from './sample.js';

/**
 * The first training images, and the network's answers for the test images: grid, confidences, tables. Loaded after the
 * page itself.
 * @param {import('../session.js').Session} session
 * @param {import('../trainer.js').Trainer} trainer
 */
export async function createResults(session, trainer) {
  await addTexts('results');
  const below = byId('try');
  const { top } = below.getBoundingClientRect();
  addStyles(grids, tables, print, forced); // nothing is printed before
  createSampleView(session);
  createFirst30View(session);
  const confidences = createConfidencesView(session);
  const ofPictures = [confidences, createGridView(session, confidences.select), createFirst20View()];
  const ofCells = [createConfusionView(session, confidences.select), createPerClassView(session)];
  /** @type {Float32Array | null | undefined} */
  let shown;
  let shownOf = session.subject;

  function show() {
    const { predictions } = trainer.evaluation;
    const { subject } = session;
    const probabilities = predictions?.probabilities ?? null;
    if (probabilities === shown && subject === shownOf) return;
    shown = probabilities;
    shownOf = subject;
    const classes = subject.classNames.length;
    const results = predictions && { ...predictions, predicted: argmax(predictions.probabilities, classes) };
    const cells = results && confusion(results.labels, results.predicted, classes);
    for (const view of ofPictures) view.show(results, subject);
    for (const view of ofCells) view.show(cells, subject);
  }

  trainer.on('evaluation', show);
  whenLoaded(session, show); // other classes, before any model knows them
  show();
  // what the user reads below stays in place
  if (top < innerHeight) scrollBy({ top: below.getBoundingClientRect().top - top, behavior: 'instant' });
}
