import { File, ready } from 'h5wasm';

/** @import { FS } from 'h5wasm' */
/** @import * as tfl from '@tensorflow/tfjs-layers' */

/* Files as Keras wrote them before .keras files, made of models of TensorFlow.js. */

/** Keras's description of a model of TF.js, which writes it as Keras 2 did. @param {tfl.LayersModel} model */
export const configOf = (model) => /** @type {any} */ (model.toJSON(null, false));

/**
 * @param {(file: File) => void} fill
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function h5(fill) {
  const system = /** @type {NonNullable<typeof FS>} */ ((await ready).FS);
  const file = new File('test.h5', 'w', { libver: ['earliest', 'latest'] }); // as h5py does
  try {
    fill(file);
    file.flush();
    return system.readFile('test.h5').slice();
  } finally {
    file.close();
    system.unlink('test.h5');
  }
}

/**
 * Names as h5py writes a list of them: of one length.
 * @param {any} object @param {string} attribute @param {string[]} list
 */
export const names = (object, attribute, list) =>
  object.create_attribute(attribute, list, [list.length], `S${Math.max(1, ...list.map(({ length }) => length))}`);

/**
 * Writes the weights of the outermost layers.
 * @param {any} root @param {tfl.LayersModel} model @param {(name: string) => string} [called] names of weights
 */
export function putWeights(root, model, called = (each) => `${each}:0`) {
  names(
    root,
    'layer_names',
    model.layers.map((layer) => layer.name),
  );
  for (const layer of model.layers) {
    const group = root.create_group(layer.name);
    const weights = layer.weights.map((weight) => ({ at: called(weight.originalName), weight }));
    if (weights.length > 0)
      names(
        group,
        'weight_names',
        weights.map(({ at }) => at),
      );
    for (const { at, weight } of weights) {
      const steps = at.split('/');
      let place = group;
      for (const step of steps.slice(0, -1)) place = place.get(step) ?? place.create_group(step);
      const data = Float32Array.from(weight.read().dataSync());
      place.create_dataset({ name: steps[steps.length - 1], data, shape: weight.shape, dtype: '<f' });
    }
  }
}

/** @param {tfl.LayersModel} model @param {(config: any) => void} [change] */
export const whole = (model, change = () => {}) =>
  h5((file) => {
    const config = configOf(model);
    change(config);
    file.create_attribute('model_config', JSON.stringify(config));
    file.create_attribute('keras_version', '2.15.0');
    putWeights(file.create_group('model_weights'), model);
  });
