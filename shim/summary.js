/** @import { BuiltLayer } from './building.js' */

const WIDTH = 65;
const COLUMNS = [29, 26, 10];

/** Keras's name of a class: conv2d → Conv2D, re_lu → ReLU. @param {string} kind */
export const className = (kind) =>
  kind
    .split('_')
    .map((word) => word[0].toUpperCase() + word.slice(1))
    .join('')
    .replace('2d', '2D')
    .replace('Lu', 'LU');

/** @param {string[]} cells */
const row = (cells) => ` ${cells.map((cell, i) => cell.padEnd(COLUMNS[i] - 1).slice(0, COLUMNS[i] - 1)).join(' ')}`.trimEnd();

/** @param {(number | null)[]} shape */
const shapeText = (shape) => `(${shape.map((length) => length ?? 'None').join(', ')})`;

/**
 * The table that Keras prints.
 * @param {string} name
 * @param {readonly BuiltLayer[]} layers
 * @returns {string}
 */
export function summaryText(name, layers) {
  const total = layers.reduce((sum, layer) => sum + layer.parameters, 0).toLocaleString('en-US');
  return [
    `Model: "${name}"`,
    '_'.repeat(WIDTH),
    row(['Layer (type)', 'Output Shape', 'Param #']),
    '='.repeat(WIDTH),
    ...layers.map((layer) =>
      row([`${layer.name} (${className(layer.kind)})`, shapeText(layer.outputShape), String(layer.parameters)]),
    ),
    '='.repeat(WIDTH),
    `Total params: ${total}`,
    `Trainable params: ${total}`,
    'Non-trainable params: 0',
    '_'.repeat(WIDTH),
  ].join('\n');
}
