import { datasets } from 'fitting-room';
import { newId } from '../new-id.js';
import { GONE } from './edits.js';
import { findingsOf } from './findings.js';
import { pixelsAmong } from './forms.js';
import { packed } from './packing.js';
import { Project, SEED, ownDataset } from './project.js';
import { gather, gatheredFiles, picturesAmong, unopened } from './reading.js';
import { createSaver } from './saver.js';
import { forgetProject, holdProject, projectsKept, recallProject } from './shelf.js';

/**
 * The one project that is loaded, in the worker, and what the page asks of it. Images that come as pixels are no
 * project: they have no files that could be saved.
 *
 * @typedef {import('./given.js').Making} Making
 * @typedef {import('./given.js').ReadOptions} ReadOptions
 * @typedef {import('./saver.js').Decode} Decode
 * @typedef {import('./project.js').OwnDataset} OwnDataset
 * @typedef {{ signal: AbortSignal, onProgress: (progress: import('../session.js').LoadProgress) => void }} Watching
 * @typedef {{ project: Project, saver: ReturnType<typeof createSaver>, release: () => void, dataset?: OwnDataset }}
 *   Desk `dataset`: of the project as it is
 * @typedef {import('./edits.js').Edit | { kind: 'undo' } | { kind: 'title', title: string }} Change
 * @typedef {{ settings: string, model: Uint8Array<ArrayBuffer> | null }} PackArgs
 * @typedef {Pick<import('./packing.js').Unpacked, 'making' | 'settings' | 'model'>} Brought
 * @typedef {import('./findings.js').Shown & { from: number, to: number, confidence: number }} Doubt `from`, `to`: ids
 *   of the picture's class, and of the one that it looks like
 * @typedef {Pick<import('./shelf.js').Entry, 'id' | 'title' | 'savedAt' | 'bytes' | 'awaited'> & { classes: number,
 *   pictures: number }} Kept what the page lists of a saved project
 */

export const FOLDS = 3; // as many models are trained, each on about as many pictures as a run has
const MOST_DOUBTED = 200;

/** @type {Desk | null} */
let desk = null;
/** What came with the loaded project in its archive, until somebody asks. @type {Brought | null} */
let brought = null;
/** Images that came as pixels, while these are loaded. @type {OwnDataset | null} */
let pixels = null;

function loadedDesk() {
  if (!desk) throw new Error('no project is loaded');
  return desk;
}

/** The loaded project's images. @returns {Promise<OwnDataset>} */
async function datasetNow() {
  const open = loadedDesk();
  return (open.dataset = await open.project.dataset());
}

/** @param {Desk | null} next @param {OwnDataset | null} [images] in place of a project */
function become(next, images = null) {
  if (desk && desk.release !== next?.release) desk.saver.close().then(desk.release);
  desk = next;
  pixels = images;
  brought = null;
}

/** Other images have been loaded. */
export const leave = () => become(null);

/**
 * Loads a project: of files, as it was saved, or the loaded one as other images. If that fails, nothing has changed.
 * @param {ReadOptions} options @param {Decode} decode @param {Watching} watching
 * @returns {Promise<OwnDataset>}
 */
export async function load({ from, ...making }, decode, { signal, onProgress }) {
  const watch = {
    signal,
    onProgress: (/** @type {{ loaded: number, total: number }} */ progress) =>
      onProgress({ phase: 'pictures', ...progress }),
  };
  if (from.kind === 'same') await remake(making, decode, watch);
  else if (from.kind === 'saved') await reopen(from.id, decode, watch);
  else if (from.adds && desk) await add(desk, from, decode, watch);
  else await begin(from, making, decode, watch);
  return pixels ?? datasetNow();
}

/**
 * @param {Extract<ReadOptions['from'], { kind: 'files' }>} from
 * @param {Making} making
 * @param {Decode} decode
 * @param {import('./project.js').Watch} watch
 */
async function begin(from, making, decode, watch) {
  const files = await gatheredFiles(from);
  const images = await pixelsAmong(files, { seed: SEED, ...watch });
  if (images) {
    const refused = [...unopened(from.lost), ...images.refused];
    return become(null, ownDataset({ ...images, refused }, from.name));
  }
  const { refused, ...more } = await picturesAmong(files, { ...from, signal: watch.signal });
  const about = 'title' in more ? more : { title: from.name, making };
  const project = new Project(newId(), about.title || from.name, about.making);
  const { items, state } = project.with(more);
  Object.assign(project, { items, state, refused });
  const saver = createSaver(project);
  const release = (await holdProject(project.id)) ?? (() => {});
  try {
    await project.take(items, state, saver.following(decode), watch);
  } catch (error) {
    release();
    saver.forget();
    throw error;
  }
  become({ project, saver, release });
  brought = 'title' in more ? more : null;
  saver.save().then(saver.clean);
}

/**
 * @param {Desk} open
 * @param {Extract<ReadOptions['from'], { kind: 'files' }>} from
 * @param {Decode} decode
 * @param {import('./project.js').Watch} watch
 */
async function add({ project, saver }, from, decode, watch) {
  const { refused, ...more } = await picturesAmong(await gatheredFiles(from), { ...from, signal: watch.signal });
  await project.add(more, decode, watch);
  project.refused = [...project.refused, ...refused];
  saver.save();
}

/** @param {Making} making @param {Decode} decode @param {import('./project.js').Watch} watch */
async function remake(making, decode, watch) {
  const { project: before, saver, release } = loadedDesk();
  const project = before.remade(making);
  await project.take(before.items, before.state, decode, watch);
  await saver.saved;
  const next = createSaver(project, saver.done);
  become({ project, saver: next, release });
  next.save();
}

/** @param {string} id @param {Decode} decode @param {import('./project.js').Watch} watch */
async function reopen(id, decode, watch) {
  const release = await holdProject(id);
  if (!release) throw Object.assign(new Error('the project is open in another tab'), { code: 'elsewhere' });
  try {
    const found = await recallProject(id);
    if (!found) throw Object.assign(new Error('the project has been deleted'), { code: 'gone' });
    const { entry, pictures } = found;
    const project = new Project(id, entry.title, entry.making);
    const files = new Map(pictures.map((picture) => [picture.number, picture]));
    const items = Array.from(entry.state.classOf, (_, number) => {
      const { name = '', part, file = new Blob() } = files.get(number) ?? {};
      return { name, ...(part && { part }), file: { name, size: file.size, arrayBuffer: () => file.arrayBuffer() } };
    });
    Object.assign(project, { items, state: entry.state, called: entry.called, awaited: entry.awaited });
    await project.take(items, entry.state, decode, watch);
    const saver = createSaver(project, { written: items.length, bytes: entry.bytes });
    become({ project, saver, release });
    saver.save();
  } catch (error) {
    release();
    throw error;
  }
}

/** @param {Change} change @returns {Promise<OwnDataset>} */
export async function edit(change) {
  const { project, saver } = loadedDesk();
  if (change.kind === 'undo') project.undo();
  else if (change.kind === 'title') project.title = change.title;
  else project.edit(change);
  saver.save();
  return datasetNow();
}

/** What there is to know of the loaded pictures. */
export function findings() {
  const dataset = pixels ?? desk?.dataset;
  if (!dataset) throw new Error('no pictures are loaded');
  return findingsOf(pixels ? null : loadedDesk().project, dataset);
}

/** Resolves once what was changed last is saved, or cannot be. */
export const saved = () => loadedDesk().saver.saved;

/** @param {{ id: number }} of a class */
export const classPictures = ({ id }) => loadedDesk().project.picturesOf(id);

/**
 * The pictures whose labels are most likely wrong, the likeliest first: each is judged by a model that has not seen it.
 * @param {Parameters<typeof datasets.crossPredict>[0]} train
 * @param {AbortSignal} signal
 * @returns {Promise<Doubt[]>}
 */
export async function doubt(train, signal) {
  const { project } = loadedDesk();
  const { pictures, images, labels, groups } = project.all();
  const probabilities = await datasets.crossPredict(train, images, labels, { folds: FOLDS, groups, signal });
  const found = await datasets.mislabelled(labels, probabilities);
  const { classes } = project.state;
  const places = new Map(classes.flatMap(({ id }) => project.picturesOf(id).map((shown) => [shown.picture, shown])));
  return found.slice(0, MOST_DOUBTED).map(({ index, label, predicted, confidence }) => ({
    .../** @type {import('./findings.js').Shown} */ (places.get(pictures[index])),
    from: classes[label].id,
    to: classes[predicted].id,
    confidence,
  }));
}

/** @returns {Promise<Kept[]>} the latest first */
export async function projects() {
  const entries = await projectsKept();
  return entries.map(({ id, title, savedAt, bytes, awaited, state: { classes, partOf } }) => ({
    ...{ id, title, savedAt, bytes, awaited },
    classes: classes.length,
    pictures: partOf.filter((part) => part !== GONE).length,
  }));
}

/**
 * Deletes a saved project that is open nowhere.
 * @param {{ id: string }} of
 * @returns {Promise<boolean>} whether it did
 */
export async function forget({ id }) {
  const release = await holdProject(id);
  if (!release) return false;
  await forgetProject(id).finally(release);
  return true;
}

/**
 * The loaded project as one archive.
 * @param {PackArgs} args
 * @param {import('../protocol.js').CallContext<import('../session.js').LoadProgress>} context
 */
export async function pack({ settings, model }, { signal, emit }) {
  const { project } = loadedDesk();
  const onProgress = (/** @type {{ loaded: number, total: number }} */ progress) =>
    emit({ phase: 'pack', ...progress });
  const file = await packed(project, { settings, model, onProgress, signal });
  return { name: project.title, file };
}

/** What came with the loaded project, besides its pictures; only the first to ask is told. */
export async function unpacked() {
  const found = brought;
  brought = null;
  return found && { making: found.making, settings: found.settings, model: (await found.model?.()) ?? null };
}

export { gather };
