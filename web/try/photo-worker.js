import { inFile } from '../../shim/formats/common.js';
import { readModelFile } from '../../shim/formats/fit/load.js';
import { modelFrom } from '../../shim/models.js';
import { preparePhoto } from '../../shim/photo.js';
import { decode, pixelsOf, previewOf } from './decoding.js';
import { filtersOf, layersOf, mapsOf, occlusionOf } from './insight-work.js';
import { predictTwice } from '../../shim/mirror.js';

/** What the section's own worker does: it decodes pictures, finds the garment in them, and asks a model. */

/** @import { Model } from 'fitting-room' */
/** @import { Box } from '../../shim/photo.js' */
/** @import { CallContext } from '../protocol.js' */

/** The same answers in every browser. */
const RUNTIME = { deterministic: true, threads: 1 };
const PICTURE = 28 * 28;
const CLASSES = 10;
/** How many pixels are kept decoded, so that a box can be moved without decoding anew. */
const KEPT_PIXELS = 32e6;

/**
 * As the API's loadModel, which would fetch every format's code.
 * @param {Parameters<typeof readModelFile>} args
 */
const loadModel = async (...args) => modelFrom(await readModelFile(...args), inFile);

/** @type {Record<string, URL>} */
const FILES = {
  photos: new URL('../../models/photos.fit', import.meta.url),
  tutorial: new URL('../../models/tutorial.fit', import.meta.url),
  accurate: new URL('../../models/accurate.fit', import.meta.url),
};

/** The page's own ones that are asked about the mirror image as well. */
const ASKED_TWICE = ['photos', 'accurate'];

/**
 * @typedef {{ model: Promise<Model>, told: Set<CallContext['emit']>, controller: AbortController }} Loading `told`: of
 *   bytes as they arrive
 */

/** @type {Map<string, Loading>} */
const models = new Map();

/**
 * A model of the page's own is loaded once it is asked; after a load that failed, or was given up, it is loaded again.
 * @param {string} name
 * @returns {Loading}
 */
function loadingOf(name) {
  const known = models.get(name);
  if (known) return known;
  const [told, controller] = [new Set(), new AbortController()];
  const onProgress = (/** @type {import('../../shim/formats/reading.js').Received} */ received) =>
    told.forEach((emit) => emit(received));
  const loading = {
    model: loadModel(FILES[name], { ...RUNTIME, signal: controller.signal, onProgress }),
    told,
    controller,
  };
  models.set(name, loading);
  loading.model.catch(() => models.delete(name));
  return loading;
}

/** @param {string} name */
const modelNamed = (name) => loadingOf(name).model;

/**
 * Loads a model, and tells of its bytes; where this is given up, so is the load.
 * @param {{ model: string }} args
 * @param {CallContext} context
 */
export async function prepare({ model: name }, { signal, emit }) {
  const { model, told, controller } = loadingOf(name);
  told.add(emit);
  signal.addEventListener('abort', () => controller.abort());
  await model;
}

/** @type {Promise<void> | undefined} */
let warm;

/** Loads and compiles what the first picture needs, so that it need not wait for it. */
export const warmUp = () => (warm ??= tellSquare());

/**
 * Tells a dark square on a bright ground apart: so small a picture that it takes no time, and yet calls every function
 * there is.
 */
async function tellSquare() {
  const [edge, from, to] = [32, 8, 24];
  const inside = (/** @type {number} */ at) => at >= from && at < to;
  const square = new ImageData(edge, edge);
  for (let i = 0; i < edge * edge; i++)
    square.data.fill(inside(i % edge) && inside(Math.floor(i / edge)) ? 64 : 255, 4 * i, 4 * i + 4);
  const [{ image }] = await Promise.all([preparePhoto(square), modelNamed('photos')]);
  await classify({ model: 'photos', pixels: image.data });
}

/** Takes a model in place of one of the same name. @param {{ name: string, bytes: Uint8Array }} args */
export async function keep({ name, bytes }) {
  const next = await loadModel(bytes, RUNTIME);
  const before = models.get(name);
  models.set(name, { model: Promise.resolve(next), told: new Set(), controller: new AbortController() });
  (await before?.model.catch(() => null))?.dispose();
}

/** The picture looked at last. @type {{ id: number, bitmap: ImageBitmap } | null} */
let kept = null;

/**
 * @param {Blob} file
 * @param {number} id of the file: each copy of it that arrives is another object
 * @param {CallContext['emit']} emit tells that a picture is being decoded, which may take any time, and that it is
 */
async function bitmapOf(file, id, emit) {
  if (kept?.id === id) return kept.bitmap;
  forget(); // first: there need not be room for two
  const bitmap = await decode(file, () => emit({ type: 'decoding' }));
  emit({ type: 'decoded' });
  kept = { id, bitmap };
  return bitmap;
}

function forget() {
  kept?.bitmap.close();
  kept = null;
}

/**
 * Finds the garment in a picture, and asks a model about it: in one call, as the page may be busy between two.
 * @param {Parameters<typeof examine>[0] & { model: string }} args
 * @param {CallContext} context
 * @returns {Promise<Awaited<ReturnType<typeof examine>> & { probabilities?: Float32Array, failure?: { code?: string,
 *   message: string } }>} a
 *   failure is the model's; what was found is there all the same
 */
export async function look({ model, ...args }, context) {
  // A worker's canvas waits for the page where the page is busy (seen in Chromium), and all else with it: what travels
  // comes first.
  const loaded = modelNamed(model);
  await loaded.catch(() => {});
  const found = await examine(args, context);
  try {
    await loaded; // here, where a failure is told of, and not by asking for it once more
    return { ...found, ...(await classify({ model, pixels: found.pixels })) };
  } catch (error) {
    const { code, message } = /** @type {Error & { code?: string }} */ (error);
    return { ...found, failure: { code, message } };
  }
}

/**
 * Finds the garment in a picture.
 * @param {{ id: number, file: Blob, box?: Box, inverted?: boolean, edge: number }} args `edge`: the longest of the
 *   preview, pixels
 * @param {CallContext} context
 */
async function examine({ id, file, box, inverted, edge }, { signal, emit }) {
  const bitmap = await bitmapOf(file, id, emit);
  signal.throwIfAborted();
  const { image, kind, box: found, mask } = await preparePhoto(pixelsOf(bitmap), { box, inverted });
  const preview = previewOf(bitmap, edge);
  const size = { width: bitmap.width, height: bitmap.height };
  if (size.width * size.height > KEPT_PIXELS) forget();
  return {
    ...size,
    kind,
    box: found,
    pixels: image.data,
    mask: mask.data,
    maskWidth: mask.width,
    maskHeight: mask.height,
    preview,
  };
}

/**
 * How sure a model is of each class, for some pictures.
 * @param {{ model: string, pixels: Uint8Array }} args [n, 28, 28]
 * @returns {Promise<{ probabilities: Float32Array }>} [n, 10]
 */
export async function classify({ model: name, pixels }) {
  const model = await modelNamed(name);
  const count = pixels.length / PICTURE;
  if (ASKED_TWICE.includes(name)) return { probabilities: await predictTwice(model, pixels) };
  const { data } = await model.predict({ shape: [count, 28, 28, 1], data: pixels });
  if (data.length !== count * CLASSES)
    throw new Error(`this page needs a model of ten classes, got ${data.length / count}`);
  return { probabilities: data.slice() };
}

/** @param {{ model: string }} args */
export const layers = async ({ model }) => layersOf(await modelNamed(model));

/** @param {{ model: string, pixels: Uint8Array, layer: string }} args */
export const maps = async ({ model, pixels, layer }) => mapsOf(await modelNamed(model), pixels, layer);

/** @param {{ model: string, layer: string }} args */
export const filters = async ({ model, layer }) => filtersOf(await modelNamed(model), layer);

/** @param {{ model: string, pixels: Uint8Array, classIndex: number }} args @param {CallContext} context */
export const occlusion = async ({ model, pixels, classIndex }, { signal }) => ({
  change: await occlusionOf(await modelNamed(model), pixels, classIndex, { signal }),
});
