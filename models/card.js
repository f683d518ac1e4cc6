import { DRAWN } from './measure.js';

/** @import { Model } from '../shim/index.js' */
/** @import { Measured } from './measure.js' */

/**
 * What a model's file says about it, written by train.js.
 * @typedef {object} Facts
 * @property {string} about
 * @property {string[]} classNames
 * @property {string} dataset
 * @property {string} licence
 * @property {string[]} limits
 * @property {string} dtype
 * @property {boolean} [twice] whether the page asks it about the mirror image too, and its card tells what comes of
 *   that
 * @property {{ optimizer: string, epochs: number, batchSize: number, testAccuracy: number }} training testAccuracy:
 *   before its
 *   weights were rounded for the file
 */

/** @param {number} share */
export const percent = (share) => `${(100 * share).toFixed(2)} %`;

/** @param {number} count */
const counted = (count) => count.toLocaleString('en-US');

/** @param {(string | number)[]} cells */
const row = (cells) => `| ${cells.join(' | ')} |`;

/** @param {number[][]} confusion @param {string[]} names */
function confusionTable(confusion, names) {
  return [
    row(['', ...names, 'right']),
    row(['---', ...names.map(() => '--:'), '--:']),
    ...confusion.map((counts, label) => {
      const share = counts[label] / counts.reduce((sum, count) => sum + count, 0);
      return row([`**${names[label]}**`, ...counts, `${(100 * share).toFixed(1)} %`]);
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
    `${counted(right)} of ${counted(photos)} photos right, ${percent(right / photos)}, through the page (\`make ` +
      `photos\`): phone photos of garments laid flat or hung,`,
    'by what they show (rows) and the predicted class (columns). Any of the three kinds of shoes is right for shoes.',
    '',
    row(['', ...names]),
    row(['---', ...names.map(() => '--:')]),
    ...Object.entries(confusion).map(([kind, counts]) => row([`**${kind}**`, ...counts])),
    '',
  ];
}

/**
 * A model's card. It follows from the file alone, and from what the file does on the dataset.
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
            'test accuracy by the mean over a picture and its mirror image, as the page asks it',
            percent(measured.testAccuracyTwice),
          ]),
        ]
      : []),
    row(['training accuracy, without dropout', percent(measured.trainAccuracy)]),
    row(['test accuracy before it was stored, float32', percent(training.testAccuracy)]),
    row(['dataset', `${facts.dataset}, ${facts.licence}`]),
    row(['optimizer', training.optimizer]),
    row(['epochs, batch size, seed', `${training.epochs}, ${training.batchSize}, ${model.seed}`]),
    row([
      `classes of ${DRAWN.testSize} drawn pictures (\`datasets.synthetic\`, seed ${DRAWN.seed}), SHA-256`,
      `\`${measured.drawnSha256}\``,
    ]),
    '',
    'Accuracies are those of the weights as they are stored, unless it says otherwise.',
    '',
    '## Layers',
    '',
    '```',
    model.summary(() => {}),
    '```',
    '',
    '## What it takes for what',
    '',
    'Test pictures, by their true class (rows) and the predicted one (columns).',
    '',
    ...confusionTable(measured.confusion, facts.classNames),
    '',
    ...photosLines(measured, facts.classNames),
    '## Limits',
    '',
    ...facts.limits.map((limit) => `- ${limit}`),
    '',
    '## Again',
    '',
    `\`make model-${model.name}\` trains it from \`models/${model.name}.js\` and says whether the same file ` +
      'comes of it, bit for bit;',
    '`make check-models` measures the file anew and compares it with this card.',
  ];
  return `${lines.join('\n')}\n`;
}
