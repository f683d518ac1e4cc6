import { DRAWN } from './measure.js';

/** @import { Model } from '../shim/index.js' */
/** @import { Measured } from './measure.js' */

/**
 * The metadata in a model's file, written by train.js.
 * @typedef {object} Facts
 * @property {string} about
 * @property {string[]} classNames
 * @property {string} dataset
 * @property {string} licence
 * @property {string[]} limits
 * @property {string} dtype
 * @property {boolean} [twice] whether page and card take the mean of the answers for an image and its mirror image
 * @property {{ optimizer: string, epochs: number, batchSize: number, testAccuracy: number }} training `testAccuracy`:
 *   before the weights were rounded for the file
 */

/** @param {number} share */
export const percent = (share) => `${(100 * share).toFixed(2)}%`;

/** @param {number} count */
const counted = (count) => count.toLocaleString('en-US');

/** @param {(string | number)[]} cells */
const row = (cells) => `| ${cells.join(' | ')} |`;

/** @param {number[][]} confusion @param {string[]} names */
function confusionTable(confusion, names) {
  return [
    row(['', ...names, 'correct']),
    row(['---', ...names.map(() => '--:'), '--:']),
    ...confusion.map((counts, label) => {
      const share = counts[label] / counts.reduce((sum, count) => sum + count, 0);
      return row([`**${names[label]}**`, ...counts, `${(100 * share).toFixed(1)}%`]);
    }),
  ];
}

/** @param {Measured} measured @param {string[]} names */
function photosLines({ onPhotos }, names) {
  if (!onPhotos) return [];
  const { photos, right, confusion } = onPhotos;
  return [
    '## On photos',
    '',
    `The page classifies ${counted(right)} of ${counted(photos)} photos correctly, ${percent(right / photos)} ` +
      '(`make photos`). They are phone photos of garments laid flat or hung.',
    'Rows say what a photo shows, columns the predicted class. For shoes, any of the three shoe classes is correct.',
    '',
    row(['', ...names]),
    row(['---', ...names.map(() => '--:')]),
    ...Object.entries(confusion).map(([kind, counts]) => row([`**${kind}**`, ...counts])),
    '',
  ];
}

/**
 * A model's card. It depends only on the file and on the measurements.
 * @param {Model} model
 * @param {Measured} measured
 * @returns {string} Markdown
 */
export function cardOf(model, measured) {
  const facts = /** @type {Facts} */ (/** @type {unknown} */ (model.metadata));
  const { training } = facts;
  const lines = [
    `# ${model.name}`,
    '',
    facts.about,
    '',
    row(['', '']),
    row(['---', '---']),
    row(['file', `\`${model.name}.fit\`, ${counted(measured.bytes)} bytes, kernels as ${facts.dtype}`]),
    row(['SHA-256', `\`${measured.sha256}\``]),
    row(['parameters', counted(model.countParams())]),
    row(['test accuracy', percent(measured.testAccuracy)]),
    ...(facts.twice
      ? [
          row([
            'test accuracy by the mean of an image and its mirror image, as on the page',
            percent(measured.testAccuracyTwice),
          ]),
        ]
      : []),
    row(['training accuracy, without dropout', percent(measured.trainAccuracy)]),
    row(['test accuracy before storing, float32', percent(training.testAccuracy)]),
    row(['dataset', `${facts.dataset}, ${facts.licence}`]),
    row(['optimizer', training.optimizer]),
    row(['epochs, batch size, seed', `${training.epochs}, ${training.batchSize}, ${model.seed}`]),
    row([
      `classes of ${DRAWN.testSize} drawn pictures (\`datasets.synthetic\`, seed ${DRAWN.seed}), SHA-256`,
      `\`${measured.drawnSha256}\``,
    ]),
    '',
    'Accuracies are those of the stored weights unless noted otherwise.',
    '',
    '## Layers',
    '',
    '```',
    model.summary(() => {}),
    '```',
    '',
    '## Confusion matrix',
    '',
    'Test images by true class (rows) and predicted class (columns).',
    '',
    ...confusionTable(measured.confusion, facts.classNames),
    '',
    ...photosLines(measured, facts.classNames),
    '## Limits',
    '',
    ...facts.limits.map((limit) => `- ${limit}`),
    '',
    '## Reproduce it',
    '',
    `\`make model-${model.name}\` trains it from \`models/${model.name}.js\` and says whether the file is the ` +
      'same, bit for bit.',
    '`make check-models` measures the file again and compares it with this card.',
  ];
  return `${lines.join('\n')}\n`;
}
