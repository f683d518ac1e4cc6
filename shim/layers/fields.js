import { FittingRoomError, checkFields, checkInteger, optional, show, whole } from '../check.js';
import { LIMITS } from '../core/limits.js';
import { Layer } from './layer.js';

/** @import { Field } from '../check.js' */
/** @import { AnyLayer, Common, LayerKind } from './layer.js' */

/**
 * A layer's maker out of its fields.
 * @param {LayerKind} kind
 * @param {Record<string, Field>} fields an initial value may be a function of the options
 * @param {(config: any) => object} [derive] what follows from the fields
 * @returns {(options?: any) => AnyLayer}
 */
export function define(kind, fields, derive) {
  const required = Object.values(fields).some((field) => field.length === 1);
  return (options = required ? undefined : {}) => {
    const checked = checkFields(kind, options, fields, ['inputShape', 'name']);
    const config = { kind, ...common(kind, options), ...checked, ...derive?.(checked) };
    return /** @type {AnyLayer} */ (new Layer(/** @type {any} */ (config)));
  };
}

/** @param {string} layer @param {Common} options */
function common(layer, { inputShape, name }) {
  if (inputShape !== undefined && !Array.isArray(inputShape)) {
    throw new FittingRoomError(`${layer}: inputShape must be an array such as [28, 28, 1], got ${show(inputShape)}`);
  }
  return { ...(inputShape && { inputShape: [...inputShape] }), ...(name !== undefined && { name: String(name) }) };
}

const { maxUnits, maxWindow } = LIMITS;

/* Checks of fields. */

/** @type {Field[0]} */
export const units = whole(1, maxUnits);

/** @type {Field[0]} */
export function pair(name, value) {
  if (Array.isArray(value) && value.length !== 2) {
    throw new FittingRoomError(`${name} must be one number or [height, width], got ${show(value)}`);
  }
  const [height, width] = Array.isArray(value) ? value : [value, value];
  return [checkInteger(name, height, 1, maxWindow), checkInteger(name, width, 1, maxWindow)];
}

/** A seed of its own. */
export const seed = optional(whole(0, Number.MAX_SAFE_INTEGER));

/**
 * @param {number} low
 * @param {number} high
 * @param {(size: number) => [number, number]} [spread] what one number f stands for
 * @returns {Field[0]} [low, high]
 */
export const range = (low, high, spread) => (name, value) => {
  const given = typeof value === 'number' && spread ? spread(value) : value;
  if (
    Array.isArray(given) &&
    given.length === 2 &&
    given.every((end) => typeof end === 'number' && end >= low && end <= high) &&
    !(given[0] > given[1])
  ) {
    return [...given];
  }
  throw new FittingRoomError(
    `${name} must be ${spread ? 'a number or ' : ''}[low, high] within ${low}..${high}, got ${show(value)}`,
  );
};
