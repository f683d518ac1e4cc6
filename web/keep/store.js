import { sha256 } from '../../shim/datasets/bytes.js';
import { Gone, StorageError, asStorageError, inTime, within, write } from '../database.js';
import { hasBegun } from './facts.js';
import { sealing } from './seal.js';

/**
 * What the page saves in this browser: runs, as they were a moment ago, and models under names. Both the page and its
 * workers open the database; each use is one transaction.
 *
 * A run has two slots, written in turn: what is written is read back and its digest compared, and only then does the
 * run's mark point to it. So there is always a whole one, whenever the power fails.
 *
 *   runs    the mark of each run: which slot is valid
 *   slots   what is saved of a run, by [id, slot]
 *   models  entries of the library, without their bytes
 *   bytes   the files of those entries
 *
 * @typedef {import('./facts.js').Facts} Facts
 * @typedef {Uint8Array<ArrayBuffer>} Bytes
 * @typedef {{ facts: Facts, model: Bytes, best: Bytes | null }} Kept `best`: the weights that early stopping would
 *   restore
 * @typedef {{ id: string, name: string, savedAt: number, bytes: number, parameters: number,
 *   testAccuracy: number | null, epochs: Facts['epochs'], origin: string, making?: import('../own/given.js').Making |
 *   null }} Entry of the library; `origin`: the file it came from, or ''; `making`: how pictures become its images, if
 *   another model can begin with its layers; earlier versions of the page did not say
 * @typedef {{ id: string, slot: number, savedAt: number, turn?: number, open?: boolean }} Mark `turn`: greater by one
 *   than that of each mark before, as clocks are set back; `open`: the run has begun and did not come to its end;
 *   earlier versions of the page wrote neither
 * @typedef {Kept & { id: string, slot: number, digest: string }} Slot `digest`: needs a key, see ./seal.js
 */

/** Runs kept whatever they are; beyond that, runs that came to their end are deleted. */
const MOST_RUNS = 3;
/** Runs kept because they were interrupted; beyond that, the oldest is deleted. */
const MOST_OPEN_RUNS = 8;

/**
 * @param {Pick<Slot, 'model' | 'best'>} slot
 * @param {string} text before them
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
const bytesOf = async ({ model, best }, text) =>
  new Uint8Array(await new Blob([text, model, ...(best ? [best] : [])]).arrayBuffer());

/**
 * A digest of what the slot holds without a key, as earlier versions of the page wrote it.
 * @param {Omit<Slot, 'digest'>} slot
 */
const plainDigestOf = async (slot) => sha256(await bytesOf(slot, JSON.stringify(slot.facts)));

/**
 * A digest with a key, of what the slot holds and its place.
 * @param {Omit<Slot, 'digest'>} slot
 * @param {import('./seal.js').Seal} seal
 */
const sealOf = async (slot, seal) => seal(await bytesOf(slot, JSON.stringify([[slot.id, slot.slot], slot.facts])));

/** Seals the slots whose plain digest matches. @param {import('./seal.js').Seal} seal */
async function adopt(seal) {
  for (const key of await within((database) => database.getAllKeys('slots'))) {
    const slot = await within((database) => database.get('slots', key));
    if (!slot || slot.digest !== (await plainDigestOf(slot))) continue;
    const digest = await sealOf(slot, seal);
    await write(['slots'], async (transaction) => {
      const slots = transaction.objectStore('slots');
      if ((await slots.get(key))?.digest === slot.digest) await slots.put({ ...slot, digest });
    });
  }
}

/** @type {Promise<import('./seal.js').Seal | null> | null} */
let askingForSeal = null;

/** @param {Omit<Slot, 'digest'>} slot @returns {Promise<string>} */
async function digestOf(slot) {
  askingForSeal ??= sealing(adopt);
  askingForSeal.catch(() => (askingForSeal = null));
  const seal = await inTime(askingForSeal).catch((error) => Promise.reject(asStorageError(error)));
  return seal ? sealOf(slot, seal) : plainDigestOf(slot);
}

/** @param {string} id @param {number} slot @returns {Promise<Kept | null>} null: missing or damaged */
async function readSlot(id, slot) {
  const found = await within((database) => database.get('slots', [id, slot]));
  if (!found || (await digestOf(found)) !== found.digest) return null;
  const { facts, model, best } = found;
  return { facts, model, best };
}

/** @param {string} id of a run @param {Kept} kept */
export async function keepRun(id, kept) {
  const mark = await within((database) => database.get('runs', id));
  const slot = mark ? 1 - mark.slot : 0;
  const digest = await digestOf({ id, slot, ...kept });
  await write(['slots'], (transaction) => transaction.objectStore('slots').put({ id, slot, digest, ...kept }));
  if (!(await readSlot(id, slot))) throw new StorageError('spoilt');
  await write(['runs'], async (transaction) => {
    const runs = transaction.objectStore('runs');
    const turn = 1 + Math.max(0, ...(await runs.getAll()).map(turnOf));
    const { savedAt, finished, position } = kept.facts;
    await runs.put({ id, slot, savedAt, turn, open: !finished && hasBegun(position) });
  });
}

/** @param {Pick<Mark, 'turn'>} mark */
const turnOf = ({ turn = 0 }) => turn;

/** @param {string} id @returns {Promise<Kept | null>} as it was last saved, or the time before if that is damaged */
export async function recallRun(id) {
  const mark = await within((database) => database.get('runs', id));
  if (!mark) return null;
  return (await readSlot(id, mark.slot)) ?? readSlot(id, 1 - mark.slot);
}

/** @returns {Promise<Mark[]>} the latest first */
async function marksOfRuns() {
  const marks = await within((database) => database.getAll('runs'));
  return marks.sort((a, b) => turnOf(b) - turnOf(a) || b.savedAt - a.savedAt);
}

/** @returns {Promise<string[]>} the latest first */
export const runsKept = async () => (await marksOfRuns()).map(({ id }) => id);

/** @param {string} id */
export const forgetRun = (id) =>
  write(['runs', 'slots'], (transaction) => {
    transaction.objectStore('runs').delete(id);
    for (const slot of [0, 1]) transaction.objectStore('slots').delete([id, slot]);
  });

/** Deletes the oldest runs, except those in use. @param {(id: string) => Promise<boolean>} inUse */
export async function forgetOldRuns(inUse) {
  const marks = await marksOfRuns();
  const old = marks.filter(({ open }, i) => i >= (open ? MOST_OPEN_RUNS : MOST_RUNS));
  for (const { id } of old) if (!(await inUse(id))) await forgetRun(id);
}

/** @returns {Promise<Entry[]>} the latest first */
export async function modelsKept() {
  const entries = await within((database) => database.getAll('models'));
  return entries.sort((a, b) => b.savedAt - a.savedAt);
}

/** @param {Entry} entry @param {Bytes} bytes */
export const keepModel = (entry, bytes) =>
  write(['models', 'bytes'], (transaction) => {
    transaction.objectStore('models').put(entry);
    transaction.objectStore('bytes').put({ id: entry.id, bytes });
  });

/** @param {string} id @param {string} name @returns {Promise<void>} rejects with Gone */
export const renameModel = (id, name) =>
  write(['models'], async (transaction) => {
    const models = transaction.objectStore('models');
    const entry = await models.get(id);
    if (!entry) throw new Gone(id);
    await models.put({ ...entry, name });
  });

/** @param {string} id @returns {Promise<Uint8Array<ArrayBuffer>>} rejects with Gone */
export const bytesOfModel = (id) =>
  within(async (database) => {
    const found = await database.get('bytes', id);
    if (!found) throw new Gone(id);
    return found.bytes;
  });

/** @param {string} id */
export const forgetModel = (id) =>
  write(['models', 'bytes'], (transaction) => {
    for (const store of /** @type {const} */ (['models', 'bytes'])) transaction.objectStore(store).delete(id);
  });

/** Tells the page's other tabs that the models have changed. */
const channel = openChannel();

/** @returns {BroadcastChannel | null} null if the browser refuses storage */
function openChannel() {
  try {
    return new BroadcastChannel('fitting-room.models');
  } catch {
    return null;
  }
}

export const tellModelsChanged = () => channel?.postMessage('changed');

/** @param {() => void} listener called when another tab has changed the models */
export function onModelsChanged(listener) {
  if (channel) channel.onmessage = listener;
}
