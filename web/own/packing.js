import { FittingRoomError } from '../../shim/check.js';
import { PARTS } from '../../shim/datasets/split.js';
import { createArchive, safeName } from '../archive.js';
import { GONE } from './edits.js';

/**
 * A project as one archive: a folder for each class with its pictures, as any program can read them, and a description
 * of what folders cannot say: names of any kind, the order of the classes, the parts, the settings, the model.
 *
 * @typedef {import('../../shim/datasets/folder.js').Placed} Placed
 * @typedef {import('../../shim/datasets/folder.js').Refused} Refused
 * @typedef {import('../../shim/datasets/split.js').Part} Part
 * @typedef {import('./given.js').Making} Making
 * @typedef {import('./project.js').Item} Item
 * @typedef {import('./project.js').Project} Project
 *
 * @typedef {{ title: string, making: Making, settings: string, classes: string[], pictures: { path: string, name:
 *   string, class: number, part: Part }[], model: string | null }} Description `settings`: the page's address
 * @typedef {{ items: Item[], labels: string[], parts: Part[], refused: Refused[], title: string, making: Making,
 *   settings: string, classes: string[], model: (() => Promise<Uint8Array<ArrayBuffer>>) | null }} Unpacked
 */

const DESCRIPTION = 'project.json';
const MODEL = 'model.fit';
const FORMAT = { format: 'fitting-room-project', version: 1 };
const MOST_OF_DESCRIPTION = 2 ** 26; // bytes
const MOST_PICTURES = 65_000; // the archive's directory has two bytes for their number
const MOST_BYTES = 4e9; // and four for addresses

/**
 * @param {Project} project
 * @param {{ settings: string, model: Uint8Array<ArrayBuffer> | null, onProgress: (progress: { loaded: number, total:
 *   number }) => void, signal: AbortSignal }} options
 * @returns {Promise<Blob>}
 */
export async function packed({ title, making, state, items }, { settings, model, onProgress, signal }) {
  const { classes, classOf, partOf } = state;
  const present = [...items.keys()].filter((i) => partOf[i] !== GONE);
  const bytes = present.reduce((sum, i) => sum + (items[i].file.size ?? 0), 0);
  if (present.length > MOST_PICTURES || bytes > MOST_BYTES)
    throw new FittingRoomError(
      `an archive holds at most ${MOST_PICTURES} pictures and ${MOST_BYTES / 1e9} GB, got ${present.length} and ` +
        `${(bytes / 1e9).toFixed(1)} GB`,
      'out-of-memory',
    );
  const taken = new Set([DESCRIPTION, MODEL]);
  const folders = new Map(classes.map(({ id, name }) => [id, { folder: safeName(name, taken), taken: new Set() }]));
  const labels = new Map(classes.map(({ id }, label) => [id, label]));
  const pictures = present.map((i) => {
    const { folder, taken: names } = /** @type {{ folder: string, taken: Set<string> }} */ (folders.get(classOf[i]));
    const path = `${folder}/${safeName(items[i].name.split('/').at(-1) ?? '', names)}`;
    return { path, name: items[i].name, class: labels.get(classOf[i]), part: PARTS[partOf[i]] };
  });
  const description = {
    ...FORMAT,
    ...{ title, making, settings },
    classes: classes.map(({ name }) => name),
    pictures,
    model: model && MODEL,
  };
  const archive = createArchive();
  archive.add(DESCRIPTION, new TextEncoder().encode(JSON.stringify(description, null, 1)));
  if (model) archive.add(MODEL, model);
  for (const [k, { path }] of pictures.entries()) {
    signal.throwIfAborted();
    archive.add(path, new Uint8Array(await items[present[k]].file.arrayBuffer()));
    onProgress({ loaded: k + 1, total: pictures.length });
  }
  return archive.end();
}

/**
 * A project among files: what its description says of them.
 * @param {Placed[]} placed
 * @returns {Promise<Unpacked | null>} null if there is none
 * @throws {FittingRoomError} if the description cannot be understood
 */
export async function descriptionIn(placed) {
  const found = placed.find(({ path }) => new RegExp(`^([^/]+/)?${DESCRIPTION}$`).test(path));
  if (!found || (found.file.size ?? 0) > MOST_OF_DESCRIPTION) return null;
  const text = new TextDecoder().decode(await found.file.arrayBuffer());
  /** @type {unknown} */
  let said;
  try {
    said = JSON.parse(text);
  } catch {
    return null; // somebody else's
  }
  if (/** @type {{ format?: unknown } | null} */ (said)?.format !== FORMAT.format) return null;
  const description = checked(/** @type {Record<string, unknown>} */ (said));
  const base = found.path.slice(0, -DESCRIPTION.length);
  const files = new Map(placed.map(({ path, file }) => [path, file]));
  /** @type {Unpacked} */
  const unpacked = { ...description, items: [], labels: [], parts: [], refused: [], model: null };
  for (const { path, name, class: label, part } of description.pictures) {
    const file = files.get(base + path);
    if (file) {
      unpacked.items.push({ name, file });
      unpacked.labels.push(description.classes[label]);
      unpacked.parts.push(part);
    } else unpacked.refused.push({ name, reason: 'missing' });
  }
  const model = description.model === null ? undefined : files.get(base + description.model);
  if (model) unpacked.model = async () => new Uint8Array(await model.arrayBuffer());
  return unpacked;
}

/** @param {Record<string, unknown>} said @returns {Description} */
function checked({ version, title, making, settings, classes, pictures, model }) {
  const refuse = (/** @type {string} */ what) => {
    throw new FittingRoomError(`${DESCRIPTION} cannot be understood (${what})`, 'bad-data');
  };
  if (version !== FORMAT.version) refuse(`its version is ${version}; ${FORMAT.version} is known`);
  if (!Array.isArray(classes) || !classes.every((name) => typeof name === 'string')) refuse('classes');
  if (new Set(/** @type {string[]} */ (classes)).size < /** @type {string[]} */ (classes).length) refuse('classes');
  if (!Array.isArray(pictures)) refuse('pictures');
  for (const picture of /** @type {Description['pictures']} */ (pictures)) {
    const { path, name, class: label, part } = picture ?? {};
    const isFine =
      typeof path === 'string' &&
      typeof name === 'string' &&
      Number.isInteger(label) &&
      /** @type {string[]} */ (classes)[label] !== undefined &&
      PARTS.includes(part);
    if (!isFine) refuse('pictures');
  }
  const { size, colour, crop } = /** @type {Making} */ (making ?? {});
  if (typeof size !== 'string' || typeof colour !== 'boolean' || typeof crop !== 'string') refuse('making');
  return /** @type {Description} */ ({
    title: typeof title === 'string' ? title : '',
    making: { size, colour, crop },
    settings: typeof settings === 'string' ? settings : '',
    classes,
    pictures,
    model: typeof model === 'string' ? model : null,
  });
}
