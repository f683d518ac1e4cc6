import { show } from '../../check.js';
import { elementsOf } from '../../tensor.js';
import { checkObject, checkShape, checkText, inFile, joined, objectFrom, refusal } from '../common.js';
import { weightNames } from '../described.js';
import { DTYPES } from '../dtypes.js';
import { checkHeader, describeGraph, graphFromHeader } from '../fit/header.js';
import { dtypeOf } from '../fit/tensors.js';
import { textsOf } from '../labels.js';

/** @import { Tensor } from '../../tensor.js' */
/** @import { Described, NamedFile } from '../described.js' */

/*
 * safetensors (https://github.com/huggingface/safetensors): names, shapes and places of tensors, then their numbers,
 * all little-endian.
 *
 *   byte  length
 *   0     8   header length H
 *   8     H   JSON in UTF-8, starting with its brace, padded with spaces
 *   8+H   D   tensors, in any order, without gaps
 *
 *   header        { __metadata__: { fitting_room, names?, … }, "layer/weight": { dtype, shape, data_offsets: [begin,
 *                 end] }, … }
 *   fitting_room  the header of our own format without its tensors, which describes the layers; as text, because
 *                 metadata must be strings
 *   names, …      what it says of classes, for other tools: see ../labels.js
 */

const FILE = 'model.safetensors';
const KEY = 'fitting_room';
const LENGTH_BYTES = 8;
const MAX_HEADER = 2 ** 22;
/** @type {Record<string, { stored: 'float32' | 'float16', size: number }>} */
const KINDS = { F32: { stored: 'float32', size: 4 }, F16: { stored: 'float16', size: 2 } };

/** @typedef {{ name: string, shape: number[], dtype: string, begin: number, end: number }} Place */

/**
 * @param {Described} described
 * @param {{ dtype: 'float32' | 'float16' }} options how kernels are stored
 * @returns {Promise<NamedFile[]>} model.safetensors
 */
export async function write({ name, seed, graph, weights, metadata }, { dtype }) {
  const names = weightNames(graph);
  const stored = weights.map(({ shape }) => dtypeOf(shape, dtype));
  // Larger numbers first, so that all are aligned.
  const order = [...weights.keys()].sort(
    (a, b) => Number(stored[a] !== 'float32') - Number(stored[b] !== 'float32') || a - b,
  );
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const chunks = [];
  let end = 0;
  const entries = order.map((i) => {
    const { shape, data } = weights[i];
    const [kind, { size }] = /** @type {[string, { size: number }]} */ (
      Object.entries(KINDS).find(([, each]) => each.stored === stored[i])
    );
    const bytes = new Uint8Array(size * data.length);
    DTYPES[/** @type {'float32'} */ (stored[i])].write(names[i], bytes, data, 1);
    chunks.push(bytes);
    end += bytes.length;
    return [names[i], { dtype: kind, shape, data_offsets: [end - bytes.length, end] }];
  });
  const topology = JSON.stringify({ name, seed, ...describeGraph(graph), ...(metadata && { metadata }) });
  const text = new TextEncoder().encode(
    JSON.stringify({ __metadata__: { ...textsOf(metadata), [KEY]: topology }, ...Object.fromEntries(entries) }),
  );
  const header = new Uint8Array(Math.ceil(text.length / LENGTH_BYTES) * LENGTH_BYTES).fill(0x20);
  header.set(text);
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  return [{ name: FILE, bytes: joined([length, header, ...chunks]) }];
}

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Uint8Array<ArrayBuffer>} */
function headerBytes(bytes) {
  if (bytes.length < LENGTH_BYTES) throw refusal(`${FILE}: it ends after ${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const most = Math.min(MAX_HEADER, bytes.length - LENGTH_BYTES);
  if (length > most) throw refusal(`${FILE}: byte 0: header length ${length} must be at most ${most}`);
  return bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + Number(length));
}

/** If a key occurs twice, JSON.parse keeps the last and other readers the first. @param {string} text JSON */
function checkKeys(text) {
  /** @type {Set<string>[]} keys of the objects and arrays that are open */
  const open = [];
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(?:\s*:)?|[[\]{}]/g)) {
    const key = token.endsWith(':') && JSON.parse(token.slice(0, token.lastIndexOf('"') + 1));
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (key !== false && open[open.length - 1].has(key))
      throw refusal(`${FILE}: the header has the key ${show(key)} twice`);
    else if (key !== false) open[open.length - 1].add(key);
  }
}

/** @param {string} name @param {unknown} value @returns {Place} */
function placeFrom(name, value) {
  const where = `${FILE}: tensor ${show(name)}`;
  const { dtype, data_offsets: offsets, ...rest } = checkObject(where, value);
  if (typeof dtype !== 'string' || !Object.hasOwn(KINDS, dtype))
    throw refusal(`${where}: dtype must be one of ${Object.keys(KINDS).join(', ')}, got ${show(dtype)}`);
  const shape = checkShape(`${where}: shape`, rest.shape);
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? offsets : [];
  const bytes = elementsOf(shape) * KINDS[dtype].size;
  if (!Number.isSafeInteger(begin) || begin < 0 || end !== begin + bytes) {
    throw refusal(
      `${where}: data_offsets must be [begin, begin + ${bytes}], as ${dtype} of shape ${show(shape)} needs, got ` +
        `${show(offsets)}`,
    );
  }
  return { name, shape, dtype, begin, end };
}

/**
 * Refuses tensors that overlap, leave gaps, or leave bytes over.
 * @param {Place[]} places
 * @param {number} length of the data in bytes
 */
function checkPlaces(places, length) {
  let end = 0;
  for (const place of [...places].sort((a, b) => a.begin - b.begin)) {
    if (place.begin !== end)
      throw refusal(
        `${FILE}: tensor ${show(place.name)} must begin at byte ${end} of the data, where the one before it ` +
          `ends, got ${place.begin}`,
      );
    end = place.end;
  }
  if (end !== length) throw refusal(`${FILE}: the tensors take ${end} bytes, the file has ${length} for them`);
}

/** @param {Record<string, any>} header */
function topologyFrom({ __metadata__: metadata }) {
  const text = metadata === undefined ? undefined : checkObject(`${FILE}: __metadata__`, metadata)[KEY];
  if (text === undefined) {
    throw refusal(
      `${FILE}: it has tensors, but __metadata__.${KEY}, which describes the layers, is missing; only files ` +
        'written by exportModel can be read',
    );
  }
  const what = `${FILE}: __metadata__.${KEY}`;
  return checkHeader(objectFrom(new TextEncoder().encode(checkText(what, text)), what, MAX_HEADER));
}

/** Whether the header describes the layers. @param {Uint8Array<ArrayBuffer>} bytes */
export function isModel(bytes) {
  try {
    return new TextDecoder().decode(headerBytes(bytes)).includes(`"${KEY}"`);
  } catch {
    return false;
  }
}

/**
 * @param {NamedFile[]} files only the first is used
 * @returns {Promise<Described>}
 */
export const read = async ([{ bytes }]) =>
  inFile(`${FILE}: `, () => {
    const head = headerBytes(bytes);
    const header = objectFrom(head, `${FILE}: the header`, MAX_HEADER);
    checkKeys(new TextDecoder().decode(head));
    const { name, seed, input, layers, metadata } = topologyFrom(header);
    const graph = graphFromHeader({ input, layers });
    const data = bytes.subarray(LENGTH_BYTES + head.length);
    const places = Object.entries(header)
      .filter(([key]) => key !== '__metadata__')
      .map(([key, value]) => placeFrom(key, value));
    checkPlaces(places, data.length);
    const names = weightNames(graph);
    if (names.length !== places.length)
      throw refusal(`${FILE}: tensors must be ${names.length}, as the layers have them, got ${places.length}`);
    /** @type {Tensor<Float32Array<ArrayBuffer>>[]} */
    const weights = names.map((wanted) => {
      const place = places.find((each) => each.name === wanted);
      if (!place) throw refusal(`${FILE}: there is no tensor ${show(wanted)}`);
      return {
        shape: place.shape,
        data: DTYPES[KINDS[place.dtype].stored].read(wanted, data.slice(place.begin, place.end), 1),
      };
    });
    return { name, seed, graph, weights, ...(metadata && { metadata }) };
  });
