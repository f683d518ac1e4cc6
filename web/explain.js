import { TABLE } from '../shim/layers/table.js';

/**
 * Why a layer cannot be built, in words, as far as the shapes tell.
 * @param {{ kind: string, options: Record<string, any> }} layer
 * @param {string[]} before the kinds of the layers before it
 * @param {number[][]} inputs the shapes that it reads, without the batch
 * @returns {{ key: string, values?: Record<string, string | number> }}
 */
export function explain({ kind, options }, before, inputs) {
  const [input] = inputs;
  const shape = unbroken(input);
  const { augments, needs, reads, axis } = LAYERS[kind];
  if (augments && before.some(learns)) return { key: 'varies-late' };
  if (needs === 'row' && input.length > 1) return { key: 'needs-row', values: { shape } };
  if (needs === 'image' && input.length !== 3) return { key: 'needs-picture', values: { shape } };
  const [own, second] = inputs.map((each) => String(each.slice(0, axis))); // along the axis, they may differ
  if (reads && own !== second) return { key: `differ-${kind}`, values: { shape, other: unbroken(inputs[1]) } };
  const window = options.kernelSize ?? options.poolSize;
  if (options.padding === 'valid' && window > Math.min(input[0], input[1]))
    return { key: 'window-large', values: { window, shape } };
  if (kind === 'reshape') return { key: 'reshape', values: { count: input.reduce((a, b) => a * b), shape } };
  return { key: 'other' };
}

/** @type {Record<string, import('../shim/layers/table.js').AnyRow>} */
const LAYERS = TABLE;

/** @param {string} kind */
const learns = (kind) => LAYERS[kind].weights !== undefined;

/** For the middle of a sentence. @param {number[]} shape */
const unbroken = (shape) => timesed(shape).replaceAll(' ', '\u00a0');

/** @param {number[]} shape */
export const timesed = (shape) => shape.join(' × ');
