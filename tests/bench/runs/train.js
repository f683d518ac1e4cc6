/** Training through the API, one round at a time; a model continues where its last round ended. */
import { loadCore } from '../../../shim/index.js';
import { modelOf, optionsOf } from './models.js';
import { firstOf, pictures } from './pictures.js';

/** @import { ModelName, Runtime } from './models.js' */
/** @import { Model } from '../../../shim/index.js' */

/** @typedef {Runtime & { model: ModelName, batchSize: number, count: number }} Round */

const WARM_UP = 640;

/** @type {Map<string, Promise<Model>>} */
const models = new Map();

/** @param {Model} model @param {Round} round */
async function fit(model, { batchSize }, /** @type {number} */ count) {
  const { images, labels } = firstOf(await pictures(), count);
  const start = performance.now();
  await model.fit(images, labels, { epochs: 1, batchSize, verbose: 0 });
  return (performance.now() - start) / 1000;
}

/** @param {Round} round */
async function begin(round) {
  const model = await modelOf(round.model, round);
  await fit(model, round, Math.min(WARM_UP, round.count));
  return model;
}

/**
 * Whether this engine runs the build; without threads or relaxed SIMD the API chooses another.
 * @param {Runtime} runtime
 */
export async function offers(runtime) {
  const core = await loadCore(optionsOf(runtime));
  return core.build === runtime.build && core.threads === runtime.threads;
}

/** Seconds that training on `count` pictures takes. @param {Round} round */
export async function train(round) {
  const key = JSON.stringify(round);
  const model = models.get(key) ?? begin(round);
  models.set(key, model);
  return fit(await model, round, round.count);
}

/** The same with a new model, which is disposed of afterwards. @param {Round} round */
export async function trainAnew(round) {
  const model = await begin(round);
  try {
    return await fit(model, round, round.count);
  } finally {
    model.dispose();
  }
}
