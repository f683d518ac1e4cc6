import * as hdf5 from 'h5wasm';
import { show } from '../../errors.js';
import { refusal } from '../../files/format.js';

/** @import { Dataset, Group } from 'h5wasm' */
/** @import { Tensor } from '../../tensor.js' */

/** model.weights.h5: for each layer a group `layers/…/vars` with its weights as 0, 1, … */

/** @typedef {{ group: string, tensors: Tensor<Float32Array<ArrayBuffer>>[] }} LayerWeights */
/** @typedef {Tensor<Float32Array<ArrayBuffer>>} Floats */

const FILE = 'model.weights.h5';
const FLOAT = 1; // HDF5's class of types
/** Of Keras before 3.0. */
const OLD_LAYERS = '_layer_checkpoint_dependencies';

let files = 0;

/**
 * With a name in the library's memory, which is free again afterwards.
 * @template T
 * @param {(name: string, system: NonNullable<typeof hdf5.FS>) => T} use
 */
async function withFile(use) {
  const { FS, activate_throwing_error_handler: throwErrors } = await hdf5.ready;
  throwErrors();
  const system = /** @type {NonNullable<typeof hdf5.FS>} */ (FS);
  const name = `model-${files++}.h5`;
  try {
    return use(name, system);
  } finally {
    if (system.analyzePath(name, false).exists) system.unlink(name);
  }
}

/** @param {LayerWeights[]} layers @returns {Promise<Uint8Array<ArrayBuffer>>} */
export const packWeights = (layers) =>
  withFile((name, system) => {
    const file = new hdf5.File(name, 'w');
    file.create_group('vars');
    const all = file.create_group('layers');
    for (const { group, tensors } of layers) {
      const variables = all.create_group(group).create_group('vars');
      tensors.forEach(({ shape, data }, i) => variables.create_dataset({ name: String(i), data, shape, dtype: '<f' }));
    }
    file.close();
    return system.readFile(name).slice();
  });

/** @param {string} path @param {unknown} found @param {number[]} shape that it must have @returns {Floats} */
function floatsOf(path, found, shape) {
  if (!(found instanceof hdf5.Dataset)) throw refusal(`${path} is missing`);
  const { type, size, chunks, shape: stored, littleEndian } = found.metadata;
  if (String(stored) !== String(shape)) throw refusal(`${path} must have shape ${show(shape)}, got ${show(stored)}`);
  if (type !== FLOAT || ![4, 8].includes(size) || !littleEndian) throw refusal(`${path} must hold little-endian floats of 4 or 8 bytes`);
  if (chunks) throw refusal(`${path} is stored in chunks, which is not read`);
  return { shape: [...shape], data: Float32Array.from(/** @type {Float32Array} */ (found.value)) };
}

/** @param {hdf5.File} file @param {string} group @param {number[][]} shapes @returns {Floats[]} */
function layerFloats(file, group, shapes) {
  const layers = file.keys().includes('layers') ? 'layers' : OLD_LAYERS;
  const path = `${layers}/${group}/vars`;
  const variables = shapes.length > 0 ? file.get(path) : null;
  if (shapes.length > 0 && !(variables instanceof hdf5.Group)) throw refusal(`${FILE}: there is no group ${path}`);
  const count = variables instanceof hdf5.Group ? variables.keys().length : 0;
  if (count !== shapes.length) throw refusal(`${FILE}: ${path} must hold ${shapes.length} variables, got ${count}`);
  return shapes.map((shape, i) => floatsOf(`${FILE}: ${path}/${i}`, file.get(`${path}/${i}`), shape));
}

/**
 * @param {Uint8Array} bytes
 * @param {{ group: string, shapes: number[][] }[]} layers
 * @returns {Promise<Floats[]>} in their order
 */
export const readWeights = (bytes, layers) =>
  withFile((name, system) => {
    system.writeFile(name, bytes);
    /** @type {hdf5.File | undefined} */
    let file;
    try {
      file = new hdf5.File(name, 'r');
      return layers.flatMap(({ group, shapes }) => layerFloats(/** @type {hdf5.File} */ (file), group, shapes));
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      throw message?.startsWith('model file:') ? error : refusal(`${FILE}: it cannot be read as HDF5 (${String(message).split('\n')[0]})`, error);
    } finally {
      if (file?.file_id) closed(file);
    }
  });

/** Damage may show only now, when all that is needed has been read. @param {hdf5.File} file */
function closed(file) {
  try {
    file.close();
  } catch {}
}
