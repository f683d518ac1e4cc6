import * as fittingRoom from 'fitting-room';

/**
 * Makes a model of what the page says of its layers, and finds the layer at fault where that cannot be.
 *
 * @typedef {import('./model-spec.js').Spec} Spec
 * @typedef {{ seed: number, runtime: import('../shim/loading.js').RuntimeOptions }} BuildOptions
 * @typedef {{ outputShape: (number | null)[], parameters: number }} Shown
 * @typedef {Error & { layer: number | undefined, before: Shown[] }} Fault the first layer with which the model cannot be built
 */

const { input, layers, model, regularizers, sequential } = /** @type {any} */ (fittingRoom);

const PICTURE = [28, 28, 1];

/** @param {Spec[]} specs @param {BuildOptions} options @returns {Promise<any>} */
export async function assemble(specs, { seed, runtime }) {
  if (!specs.some((spec) => spec.from !== undefined || spec.with !== undefined)) {
    const chain = specs.map((spec, i) => layerOf(spec, i === 0 ? { inputShape: PICTURE } : {}));
    return sequential({ ...runtime, seed, layers: chain });
  }
  const outputs = [input({ shape: PICTURE })];
  for (const spec of specs) {
    const read = outputs[spec.from ?? outputs.length - 1];
    outputs.push(layerOf(spec, {}).apply(spec.with === undefined ? read : [read, outputs[spec.with]]));
  }
  return model({ ...runtime, seed, inputs: outputs[0], outputs: outputs[outputs.length - 1] });
}

/** @param {Spec} spec @param {object} more options */
function layerOf({ kind, options }, more) {
  const { strength = 0.01, smallest, largest, targetShape, ...config } = options;
  for (const [name, value] of Object.entries(config)) {
    if (value === undefined) delete config[name];
    if (name.endsWith('Regularizer')) config[name] = regularizerOf(value, strength);
  }
  if (smallest !== undefined) config.scale = [smallest, largest];
  if (targetShape) config.targetShape = targetShape.split('x').map(Number);
  return layers[kind]({ ...config, ...more });
}

/** @param {string} name @param {number} strength */
const regularizerOf = (name, strength) =>
  regularizers[name]({ ...(name !== 'l2' && { l1: strength }), ...(name !== 'l1' && { l2: strength }) });

/** What the page shows of a model. @param {any} built @returns {Shown[]} */
export const shown = (built) =>
  built.layers.map((/** @type {any} */ { outputShape, parameters }) => ({ outputShape, parameters }));

/**
 * The same error, with the first layer with which the model can no longer be built and what comes of those before it.
 * @param {Error} error @param {Spec[]} specs @param {BuildOptions} options
 */
export async function faultOf(error, specs, options) {
  /** @type {Shown[]} */
  const before = [];
  for (let layer = 0; layer < specs.length; layer++) {
    try {
      const built = await assemble(specs.slice(0, layer + 1), options);
      before.push(...shown(built).slice(-1));
      built.dispose();
    } catch (reason) {
      return Object.assign(/** @type {Error} */ (reason), { layer, before });
    }
  }
  return Object.assign(error, { layer: specs.length - 1, before });
}
