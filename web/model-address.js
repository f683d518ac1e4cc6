import { KINDS } from './kinds.js';
import { parseModel, writeModel } from './model-spec.js';

/**
 * The model in the address of the page: a preset, or layer by layer; the tutorial's five numbers have keys of their
 * own.
 *
 * @typedef {import('./model-spec.js').Layer} Layer
 * @typedef {{ key: string, text: string, used: any }} Correction what could not be used, and what is used instead
 */

/** @type {[key: string, kind: string, option: string][]} */
const NUMBERS = [
  ['filters', 'conv2d', 'filters'],
  ['kernel-size', 'conv2d', 'kernelSize'],
  ['pool-size', 'maxPooling2d', 'poolSize'],
  ['units', 'dense', 'units'],
  ['dropout', 'dropout', 'rate'],
];

/** @param {URLSearchParams} query @returns {{ layers: Layer[], corrected: Correction[] }} */
export function readModel(query) {
  const corrected = [];
  const text = query.get('model');
  const { layers, fault } = parseModel(text ?? 'tutorial');
  if (fault !== undefined) corrected.push({ key: 'model', text: fault.slice(0, 80), used: 'tutorial' });
  const used = layers ?? /** @type {Layer[]} */ (parseModel('tutorial').layers);
  for (const [key, kind, option] of NUMBERS) {
    const given = query.get(key);
    if (given === null) continue;
    const layer = isTutorial(used) && used.find((each) => each.kind === kind);
    const value = layer ? KINDS[kind].fields[option].parse(given) : undefined;
    if (layer && value !== undefined) layer.options[option] = value;
    else corrected.push({ key, text: given.slice(0, 80), used: layer ? layer.options[option] : `model=${text}` });
  }
  return { layers: used, corrected };
}

/** @param {URLSearchParams} query @param {Layer[]} layers */
export function writeModelTo(query, layers) {
  const altered = isTutorial(layers);
  for (const [key, kind, option] of NUMBERS) {
    const value = layers.find((each) => each.kind === kind)?.options[option];
    if (altered && value !== KINDS[kind].fields[option].initial) query.set(key, String(value));
    else query.delete(key);
  }
  if (altered) query.delete('model');
  else query.set('model', writeModel(layers));
}

/** Whether these are the tutorial's layers but for its five numbers. @param {Layer[]} layers */
function isTutorial(layers) {
  const numbers = (/** @type {string} */ kind) =>
    NUMBERS.filter((each) => each[1] === kind).map(([, , option]) => [option, KINDS[kind].fields[option].initial]);
  return (
    writeModel(
      layers.map((layer) => ({ ...layer, options: { ...layer.options, ...Object.fromEntries(numbers(layer.kind)) } })),
    ) === 'tutorial'
  );
}
