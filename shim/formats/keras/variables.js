import { show } from '../../check.js';
import { elementsOf } from '../../tensor.js';
import { checkSize, refusal } from '../common.js';
import { Hdf5 } from './hdf5.js';

/** @import { Tensor } from '../../tensor.js' */

/* model.weights.h5: for each layer, a group `layers/…/vars` with its weights as 0, 1, … */

/** @typedef {Tensor<Float32Array<ArrayBuffer>>} Floats */
/** @typedef {{ group: string, tensors: Floats[] }} LayerWeights */
/**
 * @typedef {{ path: string, shape: number[], size: number, at: number, length: number }} Place where a weight's bytes
 *   are
 */

const FILE = 'model.weights.h5';
/** The name in files of Keras before 3.0. */
const OLD_LAYERS = '_layer_checkpoint_dependencies';
/**
 * The array type for numbers of so many bytes.
 * @type {Record<number, Float32ArrayConstructor | Float64ArrayConstructor>}
 */
const FLOATS = { 4: Float32Array, 8: Float64Array };

/**
 * @param {Hdf5} file
 * @param {string} path
 * @param {number | undefined} address
 * @param {number[]} shape the shape required
 * @returns {Place}
 */
function placeOf(file, path, address, shape) {
  if (address === undefined || !file.isDataset(address)) throw refusal(`${path} is missing`);
  const { shape: stored, isFloat, size, at, length } = file.dataset(address);
  if (String(stored) !== String(shape)) throw refusal(`${path} must have shape ${show(shape)}, got ${show(stored)}`);
  if (!isFloat || !FLOATS[size])
    throw refusal(
      `${path} must hold little-endian floats of 4 or 8 bytes, got ${isFloat ? 'floats' : 'another type'} of ` +
        `${size} bytes`,
    );
  if (at === undefined) throw refusal(`${path} is stored in chunks, which is not supported, or is empty`);
  const needed = elementsOf(shape) * size;
  if (length !== needed) throw refusal(`${path} must have ${needed} bytes, got ${length}`);
  if (at + length > file.bytes.length) throw refusal(`${path} is larger than its file`);
  return { path, shape, size, at, length };
}

/** @param {Hdf5} file @param {string} folder @param {string} group @param {number[][]} shapes @returns {Place[]} */
function placesOf(file, folder, group, shapes) {
  if (shapes.length === 0) return [];
  const path = `${folder}/${group}/vars`;
  const variables = file.find(path);
  if (variables === undefined || file.isDataset(variables)) throw refusal(`${FILE}: there is no group ${path}`);
  const links = file.links(variables);
  if (links.size !== shapes.length)
    throw refusal(`${FILE}: ${path} must hold ${shapes.length} variables, got ${links.size}`);
  return shapes.map((shape, i) => placeOf(file, `${FILE}: ${path}/${i}`, links.get(String(i)), shape));
}

/**
 * @param {Uint8Array} bytes
 * @param {{ group: string, shapes: number[][] }[]} layers
 * @returns {Floats[]} in the same order
 */
export function readWeights(bytes, layers) {
  const file = new Hdf5(FILE, bytes);
  const folder = file.find('layers') === undefined ? OLD_LAYERS : 'layers';
  const places = layers.flatMap(({ group, shapes }) => placesOf(file, folder, group, shapes));
  checkSize(
    `${FILE}: its weights together are `,
    places.reduce((sum, { length }) => sum + length, 0),
    bytes.length,
  );
  return places.map(({ shape, size, at, length }) => ({
    shape: [...shape],
    data: new Float32Array(new FLOATS[size](bytes.slice(at, at + length).buffer)),
  }));
}
