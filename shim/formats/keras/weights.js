// @ts-expect-error it has no types
import { Dataset, File, Group } from 'jsfive';
import { show } from '../../errors.js';
import { refusal } from '../../files/format.js';
import { elementsOf } from '../../tensor.js';

/** @import { Tensor } from '../../tensor.js' */

/**
 * model.weights.h5: for each layer a group `layers/…/vars` with its weights as 0, 1, … It is read by a library in JavaScript: HDF5's
 * own, in WebAssembly, can be brought down by a damaged file, and is then of no use any more.
 */

/** @typedef {Tensor<Float32Array<ArrayBuffer>>} Floats */
/** @typedef {{ group: string, tensors: Floats[] }} LayerWeights */

const FILE = 'model.weights.h5';
/** Of Keras before 3.0. */
const OLD_LAYERS = '_layer_checkpoint_dependencies';

/* What the library walks through as a whole. HDF5 has at most 32 and 8. */
const MOST_CHILDREN = 64;
const MOST_LEVELS = 1;
/** What parts of a file may begin with; the library does not look. */
const SIGNATURES = ['TREE', 'SNOD', 'HEAP', 'OHDR'];
const SIGNATURE_BYTES = 4;
/** Of names and other text in a file: more than any model has, and soon read. */
const MOST_TEXT = 2 ** 22;
const COST = 64; // of a piece of text, as if it were so many bytes longer

/** @param {DataView} view @param {number} at @param {string} text */
const stands = (view, at, text) => [...text].every((letter, i) => view.getUint8(at + i) === letter.charCodeAt(0));

/** Nodes of groups as Keras makes them, and the heaps and trees that large groups of HDF5's later format have. @param {Uint8Array} bytes */
function checkGroups(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const starts = new Set([...'TSFB'].map((letter) => letter.charCodeAt(0)));
  for (let at = 0; at + 8 <= bytes.length; at++) {
    if (!starts.has(bytes[at])) continue;
    const children = view.getUint16(at + 6, true);
    const isTree = stands(view, at, 'TREE') && bytes[at + 4] === 0;
    const isTable = stands(view, at, 'SNOD') && bytes[at + 4] === 1;
    const isLater = (stands(view, at, 'FRHP') || stands(view, at, 'BTHD')) && bytes[at + 4] === 0;
    if (!isLater && !((isTree || isTable) && children > MOST_CHILDREN) && !(isTree && bytes[at + 5] > MOST_LEVELS)) continue;
    throw refusal(`${FILE}: byte ${at}: a group is larger than Keras makes any, or of a kind that Keras does not make`);
  }
}

/**
 * The bytes as the library wants them, which comes for each piece of text to a slice of them or of such a slice. A file could make it
 * walk through the same part over and over, or through one that is none.
 * @param {Uint8Array} bytes
 */
function metered(bytes) {
  let spent = 0;
  class Metered extends ArrayBuffer {
    isWhole = false;

    /** @param {number} [begin] @param {number} [end] */
    slice(begin, end) {
      const part = super.slice(Number(begin), end);
      spent += COST + part.byteLength;
      if (spent > MOST_TEXT) throw refusal(`${FILE}: its groups hold more than any model has`);
      const isSignature = this.isWhole && part.byteLength === SIGNATURE_BYTES;
      if (isSignature && !SIGNATURES.includes(String.fromCharCode(...new Uint8Array(part)))) {
        throw refusal(`${FILE}: byte ${begin}: no part of a group that Keras makes begins here`);
      }
      return part;
    }
  }
  const copy = new Metered(bytes.length);
  new Uint8Array(copy).set(bytes);
  copy.isWhole = true;
  return copy;
}

/** @param {string} path @param {any} found @param {number[]} shape that it must have @param {number} most bytes @returns {Floats} */
function floatsOf(path, found, shape, most) {
  if (!(found instanceof Dataset)) throw refusal(`${path} is missing`);
  const { shape: stored, dtype, _dataobjects: header } = /** @type {any} */ (found);
  if (String(stored) !== String(shape)) throw refusal(`${path} must have shape ${show(shape)}, got ${show(stored)}`);
  if (dtype !== '<f4' && dtype !== '<f8') throw refusal(`${path} must hold little-endian floats of 4 or 8 bytes, got ${show(dtype)}`);
  if (header.chunks) throw refusal(`${path} is stored in chunks, which is not read`);
  if (elementsOf(shape) * Number(dtype[2]) > most) throw refusal(`${path} is larger than its file`);
  const { value } = /** @type {any} */ (found);
  if (!(0 in value)) throw refusal(`${path} has no numbers`);
  return { shape: [...shape], data: Float32Array.from(value) };
}

/**
 * @param {any} layers the group of them all
 * @param {string} folder its name
 * @param {string} group
 * @param {number[][]} shapes
 * @param {number} most bytes
 * @returns {Floats[]}
 */
function layerFloats(layers, folder, group, shapes, most) {
  if (shapes.length === 0) return [];
  const path = `${folder}/${group}/vars`;
  const variables = layers instanceof Group ? found(layers, `${group}/vars`) : undefined;
  if (!(variables instanceof Group)) throw refusal(`${FILE}: there is no group ${path}`);
  const count = /** @type {any} */ (variables).keys.length;
  if (count !== shapes.length) throw refusal(`${FILE}: ${path} must hold ${shapes.length} variables, got ${count}`);
  return shapes.map((shape, i) => floatsOf(`${FILE}: ${path}/${i}`, found(variables, String(i)), shape, most));
}

/** @param {any} group @param {string} path @returns {unknown} nothing where there is nothing; the library throws strings then */
function found(group, path) {
  try {
    return group.get(path);
  } catch (error) {
    if (typeof error === 'string' && error.endsWith(' not found in group')) return undefined;
    throw error;
  }
}

/**
 * @param {Uint8Array} bytes
 * @param {{ group: string, shapes: number[][] }[]} layers
 * @returns {Floats[]} in their order
 */
export function readWeights(bytes, layers) {
  checkGroups(bytes);
  try {
    const file = new File(metered(bytes), FILE);
    const folder = file.keys.includes('layers') ? 'layers' : OLD_LAYERS;
    const all = found(file, folder);
    return layers.flatMap(({ group, shapes }) => layerFloats(all, folder, group, shapes, bytes.length));
  } catch (error) {
    const message = String(/** @type {any} */ (error)?.message ?? error);
    throw message.startsWith('model file:') ? error : refusal(`${FILE}: it cannot be read as HDF5 (${message})`, error);
  }
}
