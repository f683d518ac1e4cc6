import { input, layers, loadCore, model, regularizers, sequential } from 'fitting-room';
import { hasPreparation, loadedDataset } from './images.js';
import { compileOptions } from './recipe.js';
import { GARMENTS } from './subject.js';

/**
 * Builds a model from the page's list of layers, and finds the layer at fault if it cannot be built.
 *
 * @typedef {import('../shim/index.js').Model} Model
 * @typedef {ReturnType<typeof layers.add>} Layer
 * @typedef {import('./model-spec.js').Spec} Spec
 * @typedef {{ seed: number, runtime: import('../shim/core/loading.js').RuntimeOptions,
 *   shape?: import('./subject.js').Shape }} BuildOptions `shape`: of an image
 * @typedef {{ outputShape: (number | null)[], parameters: number }} Shown
 * @typedef {Error & { layer: number | undefined, before: Shown[] }} Fault the first layer with which the model cannot
 *   be built
 */

/**
 * @param {Spec[]} specs
 * @param {BuildOptions} options
 * @returns {Promise<{ built: Model, shown: () => Shown[] }>} shown: what the page shows of each layer, in the order of
 *   `specs`
 */
export async function assemble(specs, { seed, runtime, shape = GARMENTS.shape }) {
  const inputShape = [...shape];
  const made = specs.map((spec, i) => layerOf(spec, i === 0 ? { inputShape } : {}));
  const built = await (specs.some(branches)
    ? graphOf(specs, made, inputShape, { ...runtime, seed })
    : sequential({ ...runtime, seed, layers: made }));
  const shown = () =>
    made.map((layer) => {
      const { outputShape, parameters } = /** @type {Model['layers'][number]} */ (
        built.layers.find(({ config }) => config === layer)
      );
      return { outputShape, parameters };
    });
  return { built, shown };
}

/** @param {Spec} spec */
const branches = (spec) => spec.from !== undefined || spec.with !== undefined;

/**
 * @param {Spec[]} specs @param {Layer[]} made @param {number[]} shape of an image
 * @param {BuildOptions['runtime'] & { seed: number }} options
 */
function graphOf(specs, made, shape, options) {
  const outputs = [input({ shape })];
  specs.forEach((spec, at) => {
    const read = outputs[spec.from ?? at];
    outputs.push(made[at].apply(spec.with === undefined ? read : [read, outputs[spec.with]]));
  });
  return model({ ...options, inputs: outputs[0], outputs: outputs[specs.length] });
}

/** The layers of the API, by name. */
const FACTORIES = /** @type {Record<string, (options: object) => Layer>} */ (/** @type {unknown} */ (layers));

/** @param {Spec} spec @param {object} more options @returns {Layer} */
function layerOf({ kind, options }, more) {
  const { strength = 0.01, smallest, largest, targetShape, ...config } = options;
  for (const [name, value] of Object.entries(config)) {
    if (value === undefined) delete config[name];
    if (name.endsWith('Regularizer')) config[name] = regularizerOf(value, strength);
  }
  if (smallest !== undefined)
    Object.assign(config, { scale: [smallest, largest], factor: [config.factor, config.factor] });
  if (targetShape) config.targetShape = targetShape.split('x').map(Number);
  return FACTORIES[kind]({ ...config, ...more });
}

/** @param {keyof typeof regularizers} name @param {number} strength */
const regularizerOf = (name, strength) =>
  regularizers[name]({ ...(name !== 'l2' && { l1: strength }), ...(name !== 'l1' && { l2: strength }) });

/**
 * The same error with the first layer at fault, and the shapes of the layers before it.
 * @param {Error} error @param {Spec[]} specs @param {BuildOptions} options
 */
export async function faultOf(error, specs, options) {
  /** @type {Shown[]} */
  const before = [];
  for (let layer = 0; layer < specs.length; layer++) {
    try {
      const { built } = await assemble(specs.slice(0, layer + 1), options);
      const { outputShape, parameters } = /** @type {Model['layers'][number]} */ (built.layers.at(-1));
      before.push({ outputShape, parameters });
      built.dispose();
    } catch (reason) {
      return Object.assign(/** @type {Error} */ (reason), { layer, before });
    }
  }
  return Object.assign(error, { layer: specs.length - 1, before });
}

/**
 * Whether the model for the loaded images begins with another one's layers.
 * @param {string} [base]
 * @returns {base is string}
 */
export const begins = (base = 'none') => base !== 'none' && hasPreparation();

/** @param {string} base @param {import('./own/base.js').Wanted} options */
async function begunWith(base, options) {
  const { begun } = await import('./own/base.js');
  return begun(/** @type {import('./own/project.js').OwnDataset} */ (loadedDataset()), { ...options, base });
}

/**
 * A model that is built and compiled.
 * @param {Spec[]} specs
 * @param {BuildOptions & import('./own/base.js').Wanted} options `base`: for pictures of people's own, the model whose
 *   layers it begins with, in place of the specs
 * @param {ReturnType<typeof compileOptions>} [compile]
 * @returns {ReturnType<typeof assemble>} rejects with a Fault
 */
export async function assembled(
  specs,
  options,
  compile = compileOptions({ optimizer: 'adam', learningRate: 0.001 }, 1),
) {
  /** @type {Awaited<ReturnType<typeof assemble>> | undefined} */
  let made;
  if (begins(options.base)) {
    made = await begunWith(options.base, options);
    made.built.compile(compile);
    return made;
  }
  try {
    made = await assemble(specs, options);
    made.built.compile(compile);
    return made;
  } catch (error) {
    made?.built.dispose();
    throw await faultOf(/** @type {Error} */ (error), specs, options);
  }
}

/**
 * The core that models run on.
 * @param {import('../shim/core/loading.js').RuntimeOptions} runtime
 * @returns {Promise<import('./worker.js').RunningCore>}
 */
export async function coreFor(runtime) {
  const { build, threads, fallback } = await loadCore(runtime);
  return { build, threads, fallback };
}
