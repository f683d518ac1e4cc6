/** A network as the files that this project and other libraries read: build/bench/networks/NAME.fit, .onnx, .json. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exportModel } from '../../../shim/index.js';
import { modelOf } from '../runs/models.js';
import { firstOf, pictures } from '../runs/pictures.js';

/** @import { Model } from '../../../shim/index.js' */
/** @import { ModelName } from '../runs/models.js' */

const folder = fileURLToPath(new URL('../../../build/bench/networks/', import.meta.url));

/** The file of a network's description. @param {string} name */
export const descriptionOf = (name) => `${folder}${name}.json`;

/**
 * The layers in order, as their options; `sources` are the places of those that a layer reads, -1 the input. Shapes are
 * without the batch axis.
 * @param {Model} model
 */
const described = ({ inputShape, layers }) => ({
  inputShape,
  layers: layers.map(({ config, sources, outputShape }) => ({ ...config, sources, outputShape: outputShape.slice(1) })),
  parameters: layers.reduce((sum, { parameters }) => sum + parameters, 0),
});

/**
 * Trained on `count` images first, since the speed depends on how many activations ReLU sets to zero.
 * @param {ModelName} name
 * @param {number} count
 */
export async function writeNetwork(name, count) {
  const model = await modelOf(name, { build: 'simd', threads: 1 });
  const { images, labels } = firstOf(await pictures(), count);
  await model.fit(images, labels, { epochs: 1, batchSize: 64, verbose: 0 });
  const [{ bytes }] = await exportModel(model, 'onnx');
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}${name}.fit`, await model.save());
  writeFileSync(`${folder}${name}.onnx`, bytes);
  writeFileSync(descriptionOf(name), JSON.stringify(described(model), null, 2));
  model.dispose();
}
