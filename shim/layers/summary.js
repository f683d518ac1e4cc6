import { rowOf } from './table.js';

/** @import { BuiltLayer } from '../core/build.js' */

/** Column widths of Keras 2's tables: for a stack, and for a graph, whose table also shows the connections. */
const STACK = [29, 26, 10];
const GRAPH = [31, 21, 12, 34];

/**
 * A row of the table. Text that is too long continues on the next line; each string of an array starts a new line.
 * @param {(string | string[])[]} cells
 * @param {number[]} columns
 */
function row(cells, columns) {
  const stacks = cells.map((cell, i) =>
    [cell].flat().flatMap((text) => text.match(new RegExp(`.{1,${columns[i] - 1}}`, 'g')) ?? ['']),
  );
  const lines = Math.max(...stacks.map(({ length }) => length));
  return Array.from({ length: lines }, (_, line) =>
    ` ${stacks.map((stack, i) => (stack[line] ?? '').padEnd(columns[i] - 1)).join(' ')}`.trimEnd(),
  ).join('\n');
}

/** @param {(number | null)[]} shape */
const shapeText = (shape) => `(${shape.map((length) => length ?? 'None').join(', ')})`;

/** @param {number} count */
const counted = (count) => count.toLocaleString('en-US');

/** The names as Keras writes connections, in one list. @param {string[]} names */
const connections = (names) =>
  names.map((name, i) => `${i ? ' ' : '['}'${name}[0][0]'${i < names.length - 1 ? ',' : ']'}`);

/**
 * The table that Keras prints.
 * @param {string} name
 * @param {readonly BuiltLayer[]} layers
 * @param {{ name: string, shape: number[] }} [input] only of a model built from input()
 * @returns {string}
 */
export function summaryText(name, layers, input) {
  const sources = layers.flatMap((layer) => layer.sources);
  const isStack = new Set(sources).size === sources.length && sources.length === layers.length;
  const columns = isStack ? STACK : GRAPH;
  const width = columns.reduce((sum, column) => sum + column, 0);
  /** @param {(string | string[])[]} cells */
  const line = (cells) => row(cells.slice(0, columns.length), columns);
  const nameOf = (/** @type {number} */ source) => (source < 0 ? (input?.name ?? 'input_1') : layers[source].name);
  const total = layers.reduce((sum, { parameters }) => sum + parameters, 0);
  const trainable = layers.reduce((sum, layer) => sum + (layer.trainable ? layer.learnable : 0), 0);
  return [
    `Model: "${name}"`,
    '_'.repeat(width),
    line(['Layer (type)', 'Output Shape', 'Param #', 'Connected to']),
    '='.repeat(width),
    ...(input ? [line([`${input.name} (InputLayer)`, `[${shapeText([null, ...input.shape])}]`, '0', '[]'])] : []),
    ...layers.map((layer) =>
      line([
        `${layer.name} (${rowOf(layer.kind).keras})`,
        shapeText(layer.outputShape),
        String(layer.parameters),
        connections(layer.sources.map(nameOf)),
      ]),
    ),
    '='.repeat(width),
    `Total params: ${counted(total)}`,
    `Trainable params: ${counted(trainable)}`,
    `Non-trainable params: ${counted(total - trainable)}`,
    '_'.repeat(width),
  ].join('\n');
}
