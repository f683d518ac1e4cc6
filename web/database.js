import { openDB } from 'idb';

/**
 * The page's database in this browser, which the page and its workers open. Each use is one transaction. What the
 * stores hold is said where they are used: ./keep/store.js has runs and models, ./own/shelf.js projects and pictures.
 *
 * @typedef {object} Stores
 * @property {{ key: string, value: import('./keep/store.js').Mark }} runs
 * @property {{ key: [string, number], value: import('./keep/store.js').Slot }} slots
 * @property {{ key: string, value: import('./keep/store.js').Entry }} models
 * @property {{ key: string, value: { id: string, bytes: import('./keep/store.js').Bytes } }} bytes
 * @property {{ key: string, value: import('./own/shelf.js').Entry }} projects
 * @property {{ key: [string, number], value: import('./own/shelf.js').Stored }} pictures
 *
 * @typedef {import('idb').DBSchema & Stores} Schema
 * @typedef {import('idb').IDBPDatabase<Schema>} Database
 * @typedef {keyof Stores} StoreName
 */

const NAME = 'fitting-room';
const VERSION = 3; // from 2 on, a run's digest needs a key; from 3 on, there are projects
const OPENS_WITHIN = 5000; // ms; a browser may keep a page waiting for another tab for ever

/**
 * Nothing can be saved, or read. refused: by the browser, as in some private windows; blocked: by another tab;
 * outdated: a later version of the page has upgraded the database; full: no space; spoilt: the data did not match when
 * read back.
 */
export class StorageError extends Error {
  /** @param {'refused' | 'blocked' | 'outdated' | 'full' | 'spoilt'} reason @param {unknown} [cause] */
  constructor(reason, cause) {
    super(/** @type {Error} */ (cause)?.message ?? reason, { cause });
    this.name = 'StorageError';
    this.code = reason;
  }
}

/** Another tab has deleted what was wanted. */
export class Gone extends Error {
  code = 'gone';
  name = 'Gone';
}

/** @type {Promise<Database> | null} */
let opening = null;
/** Whether opening has timed out: until it succeeds after all, nobody waits again. */
let overdue = false;

/** @param {Database} database @param {number} before its version, 0 if it is new */
function makeStores(database, before) {
  if (before < 1) {
    database.createObjectStore('runs', { keyPath: 'id' });
    database.createObjectStore('slots', { keyPath: ['id', 'slot'] });
    database.createObjectStore('models', { keyPath: 'id' });
    database.createObjectStore('bytes', { keyPath: 'id' });
  }
  if (before < 3) {
    database.createObjectStore('projects', { keyPath: 'id' });
    database.createObjectStore('pictures', { keyPath: ['project', 'number'] });
  }
}

/** Another tab upgrades or clears the database: this one closes it, and reopens it at the next use. */
function makeWay() {
  opening?.then((database) => database.close());
  opening = null;
}

async function open() {
  if (opening) return opening;
  /** @type {Promise<Database>} */
  const mine = openDB(NAME, VERSION, {
    upgrade: makeStores,
    blocking: makeWay,
    terminated: () => (opening = null),
  });
  mine.then(
    () => (overdue = false),
    () => (opening = null),
  );
  return (opening = mine);
}

/** Resolves once another tab no longer blocks the database. */
export const whenFree = async () => void (await opening?.catch(() => {}));

/** @template T @param {Promise<T>} opened @returns {Promise<T>} rejects if another tab blocks the database */
export async function inTime(opened) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    const giveUp = () => {
      overdue = true;
      reject(new StorageError('blocked'));
    };
    timer = setTimeout(giveUp, overdue ? 0 : OPENS_WITHIN);
  });
  try {
    return await Promise.race([opened, /** @type {Promise<never>} */ (late)]);
  } finally {
    clearTimeout(timer);
  }
}

/** @type {Record<string, 'full' | 'outdated'>} */
const REASONS = { QuotaExceededError: 'full', VersionError: 'outdated' };

/** @param {unknown} error */
export function asStorageError(error) {
  if (error instanceof StorageError) return error;
  return new StorageError(REASONS[/** @type {Error} */ (error).name] ?? 'refused', error);
}

/**
 * @template T
 * @param {(database: Database) => Promise<T>} use
 * @returns {Promise<T>} rejects with StorageError
 */
export async function within(use) {
  const database = await inTime(open()).catch((error) => Promise.reject(asStorageError(error)));
  try {
    return await use(database);
  } catch (error) {
    throw error instanceof DOMException ? asStorageError(error) : error; // others are not of the storage
  }
}

/**
 * Writes in one transaction, which is on the disk when the promise resolves.
 * @template {StoreName} Name
 * @param {Name[]} stores
 * @param {(transaction: import('idb').IDBPTransaction<Schema, Name[], 'readwrite'>) => unknown} change
 */
export const write = (stores, change) =>
  within(async (database) => {
    const transaction = database.transaction(stores, 'readwrite', { durability: 'strict' });
    try {
      await Promise.all([change(transaction), transaction.done]);
    } catch (error) {
      // a request says only that it was aborted, the transaction why
      throw error instanceof Gone ? error : (transaction.error ?? error);
    }
  });

/** The lock of the tab that has a project. @param {string} id */
export const lockOfProject = (id) => `fitting-room.project ${id}`;

/**
 * The project that a tab had when it was closed or killed, and that no tab has now.
 * @returns {Promise<string | undefined>} its id
 */
export async function projectLeftOpen() {
  const entries = await within((database) => database.getAll('projects'));
  const { held = [] } = (await globalThis.navigator?.locks?.query()) ?? {};
  const taken = held.map(({ name }) => name);
  return entries.find(({ id, open: isOpen }) => isOpen && !taken.includes(lockOfProject(id)))?.id;
}
