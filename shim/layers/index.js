import { FittingRoomError, checkFields, flag, show } from '../check.js';
import { Layer } from './layer.js';
import { TABLE } from './table.js';

/** @import { AnyLayer, Common } from './layer.js' */
/** @import { AnyRow, Table } from './table.js' */
/** @typedef {import('./layer.js').LayerConfig} LayerConfig */
/** @typedef {import('./layer.js').LayerKind} LayerKind */
export { ACTIVATIONS } from './options.js';

/** @param {string} kind @param {Common} options */
function common(kind, { inputShape, name, trainable }) {
  if (inputShape !== undefined && !Array.isArray(inputShape)) {
    throw new FittingRoomError(`${kind}: inputShape must be an array such as [28, 28, 1], got ${show(inputShape)}`);
  }
  return {
    ...(inputShape && { inputShape: [...inputShape] }),
    ...(name !== undefined && { name: String(name) }),
    ...(trainable !== undefined && !flag(`${kind}: trainable`, trainable) && { trainable: false }),
  };
}

/**
 * The function that makes layers of a row's kind.
 * @param {AnyRow} row
 * @returns {(options?: any) => AnyLayer}
 */
function factoryOf({ kind, options: fields = {}, sets }) {
  const mustBeGiven = Object.values(fields).some(({ required }) => required);
  return (options = mustBeGiven ? undefined : {}) => {
    const checked = checkFields(kind, options, fields, ['inputShape', 'name', 'trainable']);
    const config = { kind, ...common(kind, options), ...checked, ...sets?.(checked) };
    return /** @type {AnyLayer} */ (new Layer(/** @type {any} */ (config)));
  };
}

/**
 * The functions that make layers, with the types and descriptions of their rows.
 * @typedef {{ readonly [F in keyof Table]: NonNullable<Table[F]['type']> }} Layers
 */

/** The layers, each a function of its options; without weights until `sequential` or `model` builds them. */
export const layers = /** @type {Layers} */ (
  Object.freeze(Object.fromEntries(Object.entries(TABLE).map(([factory, row]) => [factory, factoryOf(row)])))
);
