import { inFile } from '../../shim/formats/common.js';
import { readModelFile } from '../../shim/formats/fit/load.js';
import { modelFrom } from '../../shim/models.js';
import { predictTwice } from '../../shim/mirror.js';
import { WHOLE, pixelsOf } from '../../shim/bitmap.js';
import { preparePhoto, preparePicture } from '../../shim/photo.js';
import { transfer } from '../protocol.js';
import { AS_GARMENTS, askingOf, isCutOut } from './asking.js';
import { Refusal, checked, contentOf, decode, previewOf } from './decoding.js';
import { probabilitiesOf } from './probabilities.js';
import { filtersOf, imagesOf, layersOf, mapsOf, occlusionOf } from './insight-work.js';

/**
 * The work of the section's own worker: decodes pictures, finds the garment in them, and asks a model.
 *
 * @typedef {import('fitting-room').Model} Model
 * @typedef {import('../../shim/photo.js').Box} Box
 * @typedef {import('../../shim/photo.js').PreparedPhoto} PreparedPhoto
 * @typedef {import('../../shim/formats/reading.js').Received} Received
 * @typedef {import('./asking.js').Asking} Asking
 *
 * @typedef {{ id: number, file: Blob, box?: Box, inverted?: boolean, edge: number }} Examined `id`: of the file, as
 *   each copy that arrives is another object; `edge`: the longest of the preview, pixels
 * @typedef {Examined & { model: string }} LookArgs
 * @typedef {object} Found
 * @property {PreparedPhoto['kind'] | 'picture'} kind picture: it became an image as the model's own pictures did
 * @property {number} width of the picture, pixels
 * @property {number} height
 * @property {Box} box
 * @property {Asking} asking of the model that it was prepared for
 * @property {Uint8Array} pixels of the image
 * @property {Uint8Array} mask empty if no garment was looked for
 * @property {number} maskWidth
 * @property {number} maskHeight
 * @property {ImageBitmap} preview
 * @typedef {Found & ({ probabilities: Float32Array, failure?: undefined } | { probabilities?: undefined,
 *   failure: { code?: string, message: string } })} Looked `failure`: of the model
 */
/**
 * @template {keyof import('../worker.js').WorkerMethods} Name
 * @typedef {import('../worker.js').Context<Name>} Context
 */

/** The same answers in every browser. */
const RUNTIME = { deterministic: true, threads: 1 };
/** Pixels kept decoded, so that a box can be moved without decoding the picture again. */
const KEPT_PIXELS = 32e6;
const PATIENCE = 10_000; // ms that a picture of a dataset may be decoded for

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

/** The models that are asked about the mirror image as well. */
const ASKED_TWICE = ['photos', 'accurate'];

/**
 * @typedef {{ model: Promise<Model>, told: Set<Context<'prepare'>['emit']>, controller: AbortController }} Loading
 *   `told`: of bytes as they arrive
 */

/** @type {Map<string, Loading>} */
const models = new Map();

/**
 * Loads one of the page's models when it is first asked for, and again after a load that failed or was cancelled.
 * @param {string} name
 * @returns {Loading}
 */
function loadingOf(name) {
  const known = models.get(name);
  if (known) return known;
  /** @type {Loading['told']} */
  const told = new Set();
  const controller = new AbortController();
  const onProgress = (/** @type {Received} */ received) => told.forEach((emit) => emit(received));
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
export const modelNamed = (name) => loadingOf(name).model;

/** @param {{ model: string }} args */
export const asking = async ({ model }) => askingOf(await modelNamed(model));

/**
 * Loads a model and reports its bytes as they arrive; cancelling the call cancels the load.
 * @param {{ model: string }} args
 * @param {Context<'prepare'>} context
 */
export async function prepare({ model: name }, { signal, emit }) {
  const { model, told, controller } = loadingOf(name);
  told.add(emit);
  signal.addEventListener('abort', () => controller.abort());
  await model;
}

/** @type {Promise<void> | undefined} */
let warm;

/** Loads and compiles what the first picture needs, so that it does not wait for that. */
export const warmUp = () => (warm ??= classifySquare());

/** Classifies a dark square on a bright ground: so small a picture takes no time, and yet calls every function. */
async function classifySquare() {
  const [edge, from, to] = [32, 8, 24];
  const inside = (/** @type {number} */ at) => at >= from && at < to;
  const square = new ImageData(edge, edge);
  for (let i = 0; i < edge * edge; i++)
    square.data.fill(inside(i % edge) && inside(Math.floor(i / edge)) ? 64 : 255, 4 * i, 4 * i + 4);
  const [{ image }] = await Promise.all([preparePhoto(square), modelNamed('photos')]);
  await classify({ model: 'photos', pixels: image.data });
}

/** Replaces the model of the same name. @param {{ name: string, bytes: Uint8Array }} args */
export async function keep({ name, bytes }) {
  const next = await loadModel(bytes, RUNTIME);
  try {
    askingOf(next);
  } catch (error) {
    next.dispose();
    throw error;
  }
  const before = models.get(name);
  models.set(name, { model: Promise.resolve(next), told: new Set(), controller: new AbortController() });
  (await before?.model.catch(() => null))?.dispose();
}

/** The picture examined last. @type {{ id: number, bitmap: ImageBitmap } | null} */
let kept = null;

/**
 * @param {Blob} file
 * @param {number} id of the file
 * @param {Context<'look'>['emit']} emit tells when decoding begins, which may take long, and when it has ended
 */
async function bitmapOf(file, id, emit) {
  if (kept?.id === id) return kept.bitmap;
  forget(); // first: there may be no memory for two
  const picture = await checked(await contentOf(file));
  emit({ type: 'decoding' });
  const bitmap = await decode(picture);
  emit({ type: 'decoded' });
  kept = { id, bitmap };
  return bitmap;
}

function forget() {
  kept?.bitmap.close();
  kept = null;
}

/**
 * Finds the garment in a picture and asks a model about it: in one call, as the page may be busy between two. If the
 * model fails, the result says so and still has what was found.
 * @param {LookArgs} args
 * @param {Context<'look'>} context
 * @returns {Promise<Looked>}
 */
export async function look({ model, ...args }, context) {
  // A worker's canvas waits while the page is busy (seen in Chromium), and all else with it: so the model loads first.
  const loaded = modelNamed(model);
  const wanted = await loaded.then(askingOf).catch(() => AS_GARMENTS);
  const found = await examine(args, wanted, context);
  try {
    await loaded; // reports its failure; asking for the model would load it again
    const { probabilities } = await classify({ model, pixels: found.pixels });
    return transfer({ ...found, probabilities }, [...partsOf(found), probabilities.buffer]);
  } catch (error) {
    const { code, message } = /** @type {Error & { code?: string }} */ (error);
    return transfer({ ...found, failure: { code, message } }, partsOf(found));
  }
}

/** What moves to the page. @param {Found} found @returns {Transferable[]} */
const partsOf = ({ pixels, mask, preview }) => [pixels.buffer, mask.buffer, preview];

/**
 * Makes the model's image of a picture.
 * @param {Examined} args
 * @param {Asking} wanted
 * @param {Context<'look'>} context
 * @returns {Promise<Found>}
 */
async function examine({ id, file, box, inverted, edge }, wanted, { signal, emit }) {
  const bitmap = await bitmapOf(file, id, emit);
  signal.throwIfAborted();
  const preparation = /** @type {import('./asking.js').Preparation} */ (wanted.preparation);
  const { image, mask, ...found } = await (isCutOut(wanted)
    ? preparePhoto(pixelsOf(bitmap), { box, inverted })
    : preparedAs(bitmap, preparation, box));
  const preview = previewOf(bitmap, edge);
  const size = { width: bitmap.width, height: bitmap.height };
  if (size.width * size.height > KEPT_PIXELS) forget();
  return {
    ...size,
    ...found,
    asking: wanted,
    pixels: image.data,
    mask: mask.data,
    maskWidth: mask.width,
    maskHeight: mask.height,
    preview,
  };
}

/**
 * As the pictures were prepared that the model was trained on; a box is used as a whole.
 * @param {ImageBitmap} bitmap
 * @param {import('./asking.js').Preparation} preparation
 * @param {Box} [box]
 */
async function preparedAs(bitmap, preparation, box) {
  const { crop, size } = preparation;
  const inBytes = { ...preparation, range: undefined }; // which the page shows; imagesOf scales them
  const kind = /** @type {const} */ ('picture');
  const garment = crop === 'garment' ? await preparePhoto(pixelsOf(bitmap)) : null;
  const mask = garment?.mask ?? { width: 0, height: 0, data: new Uint8Array() };
  if (box) {
    const image = await preparePicture(pixelsOf(bitmap, box), { ...inBytes, crop: 'whole' });
    return { kind, image, mask, box };
  }
  const found = garment?.box ?? (crop === 'centre' ? centreOf(bitmap, size) : WHOLE);
  return { kind, image: await preparePicture(pixelsOf(bitmap), inBytes), mask, box: found };
}

/**
 * The largest centred part of a picture with an image's proportions.
 * @param {{ width: number, height: number }} picture @param {[number, number]} image height and width
 */
function centreOf({ width, height }, [rows, columns]) {
  const [across, down] = [
    Math.min(1, (height * columns) / rows / width),
    Math.min(1, (width * rows) / columns / height),
  ];
  return { left: (1 - across) / 2, top: (1 - down) / 2, right: (1 + across) / 2, bottom: (1 + down) / 2 };
}

/**
 * Decodes a picture of a dataset with the same care, and gives up one that takes too long.
 * @param {import('../../shim/datasets/decoding.js').FileLike} file
 * @returns {Promise<import('../../shim/datasets/decoding.js').Decoded & { blob: Blob }>} `blob`: what was decoded
 */
export async function guardedDecode(file) {
  const blob = await checked(await contentOf(file));
  let late = 0;
  /** @type {Promise<never>} */
  const tooLate = new Promise((_, reject) => {
    late = self.setTimeout(() => reject(new Refusal('too-slow')), PATIENCE);
  });
  try {
    const bitmap = await Promise.race([decode(blob), tooLate]);
    return { ...pixelsOf(bitmap), blob, close: () => bitmap.close() };
  } finally {
    clearTimeout(late);
  }
}

/**
 * A model's confidence in each class, for some pictures.
 * @param {{ model: string, pixels: Uint8Array }} args its images
 * @returns {Promise<{ probabilities: Float32Array }>} [n, classes]
 */
export async function classify({ model: name, pixels }) {
  const probabilities = await ask(name, pixels);
  return transfer({ probabilities }, [probabilities.buffer]);
}

/** @param {string} name of the model @param {Uint8Array} pixels its images @returns {Promise<Float32Array>} */
async function ask(name, pixels) {
  const model = await modelNamed(name);
  const images = imagesOf(model, pixels);
  if (ASKED_TWICE.includes(name)) return predictTwice(model, images);
  return probabilitiesOf(model, await model.predict(images));
}

/** @param {{ model: string }} args */
export const layers = async ({ model }) => layersOf(await modelNamed(model));

/** @param {{ model: string, pixels: Uint8Array, layer: string }} args */
export async function maps({ model, pixels, layer }) {
  const found = mapsOf(await modelNamed(model), pixels, layer);
  return transfer(found, [found.data.buffer]);
}

/** @param {{ model: string, layer: string }} args */
export async function filters({ model, layer }) {
  const found = filtersOf(await modelNamed(model), layer);
  return transfer(found, [found.data.buffer]);
}

/**
 * @param {{ model: string, pixels: Uint8Array, classIndex: number }} args
 * @param {Context<'occlusion'>} context
 */
export async function occlusion({ model: name, pixels, classIndex }, { signal }) {
  const model = await modelNamed(name);
  const onBlack = isCutOut(askingOf(model));
  const change = await occlusionOf(model, pixels, classIndex, { signal, onBlack });
  return transfer({ change }, [change.buffer]);
}
