import { show } from '../../check.js';
import { elementsOf } from '../../tensor.js';
import { checkSize, refusal } from '../common.js';
import { constant, fitted, isAlike } from '../substitutes.js';

/** @import { Hdf5 } from './hdf5.js' */
/** @import { Tensor } from '../../tensor.js' */
/** @import { Given, Origin, Stored } from '../substitutes.js' */

/* model.weights.h5: for each layer, a group `layers/…/vars` with its weights as 0, 1, … */

/** @typedef {Tensor<Float32Array<ArrayBuffer>>} Floats */
/** @typedef {{ group: string, tensors: Floats[] }} LayerWeights */
/**
 * @typedef {{ path: string, size: number, at: number, length: number }} Place where a weight's bytes
 *   are
 */

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
 * @param {number[]} shape the shape required, apart from axes of length 1
 * @returns {Place}
 */
export function placeOf(file, path, address, shape) {
  if (address === undefined || !file.isDataset(address)) throw refusal(`${path} is missing`);
  const { shape: stored, isFloat, size, at, length } = file.dataset(address);
  if (!isAlike(stored, shape)) throw refusal(`${path} must have shape ${show(shape)}, got ${show(stored)}`);
  if (!isFloat || !FLOATS[size])
    throw refusal(
      `${path} must hold little-endian floats of 4 or 8 bytes, got ${isFloat ? 'floats' : 'another type'} of ` +
        `${size} bytes`,
    );
  if (at === undefined) throw refusal(`${path} is stored in chunks, which is not supported, or is empty`);
  const needed = elementsOf(shape) * size;
  if (length !== needed) throw refusal(`${path} must have ${needed} bytes, got ${length}`);
  if (at + length > file.bytes.length) throw refusal(`${path} is larger than its file`);
  return { path, size, at, length };
}

/** @param {Hdf5} file @param {string} folder @param {Stored} origin @param {number[]} shape */
function placeIn(file, folder, { leaf, number, of }, shape) {
  const path = `${folder}/${leaf.entry.group}/vars`;
  const variables = file.find(path);
  if (variables === undefined || file.isDataset(variables)) throw refusal(`${file.name}: there is no group ${path}`);
  const links = file.links(variables);
  if (!of.includes(links.size))
    throw refusal(`${file.name}: ${path} must hold ${of.join(' or ')} variables, got ${links.size}`);
  return placeOf(file, `${file.name}: ${path}/${number}`, links.get(String(number)), shape);
}

/**
 * Reads the weights of layers here.
 * @param {Hdf5} file
 * @param {Origin[]} origins of the weights
 * @param {number[][]} shapes of the weights
 * @param {(origin: Stored, shape: number[]) => Place} find where the file has one
 * @returns {Floats[]} in the same order
 */
export function readAll(file, origins, shapes, find) {
  const places = origins.map((origin, i) => ('values' in origin ? undefined : find(origin, shapes[i])));
  checkSize(
    `${file.name}: its weights together are `,
    places.reduce((sum, place) => sum + (place?.length ?? 0), 0),
    file.bytes.length,
  );
  return origins.map((origin, i) => {
    const place = places[i];
    if ('values' in origin || !place) return constant(/** @type {Given} */ (origin), shapes[i]);
    const { size, at, length } = place;
    const data = new Float32Array(new FLOATS[size](file.bytes.slice(at, at + length).buffer));
    return fitted({ shape: shapes[i], data }, [...shapes[i]], origin.factor);
  });
}

/**
 * @param {Hdf5} file as Keras 3 writes it
 * @param {Origin[]} origins
 * @param {number[][]} shapes
 * @returns {Floats[]}
 */
export function readWeights(file, origins, shapes) {
  const folder = file.find('layers') === undefined ? OLD_LAYERS : 'layers';
  return readAll(file, origins, shapes, (origin, shape) => placeIn(file, folder, origin, shape));
}
