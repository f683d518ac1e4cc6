import { openDB } from 'idb';
import { hex } from '../../shim/datasets/bytes.js';

/**
 * Digests of what is saved, with a key of this browser that no script can read: HMAC-SHA-256 (RFC 2104). So nobody who
 * has only the storage can change or swap bytes and give them a digest that matches. Another page of the same origin
 * can use the key as this one does: only a separate origin protects a page's storage.
 *
 * On hosts without https, and in private windows that store no keys, nothing is sealed.
 *
 * @typedef {import('idb').DBSchema & { keys: { key: string, value: { key: CryptoKey, adopted: boolean } } }} Schema
 * @typedef {import('idb').IDBPDatabase<Schema>} Database
 */

const NAME = 'fitting-room.key';
const STORE = 'keys';
const RUNS = 'runs';

/** @typedef {(bytes: Uint8Array<ArrayBuffer>) => Promise<string>} Seal */

/** @param {CryptoKey} key @returns {Seal} */
const sealWith = (key) => async (bytes) => `hmac ${hex(new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes)))}`;

/** One tab or worker at a time. @template T @param {() => Promise<T>} act @returns {Promise<T>} */
const alone = async (act) => (navigator.locks ? navigator.locks.request(NAME, act) : act());

/**
 * Stores the key; resolves once it is on the disk.
 * @param {Database} database
 * @param {{ key: CryptoKey, adopted: boolean }} entry
 */
async function put(database, entry) {
  const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' });
  await Promise.all([transaction.store.put(entry, RUNS), transaction.done]);
}

/** @param {Database} database @param {(seal: Seal) => Promise<void>} adopt @returns {Promise<CryptoKey>} */
async function keyIn(database, adopt) {
  const found = await database.get(STORE, RUNS);
  if (found?.adopted) return found.key;
  const key = found?.key ?? (await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign']));
  await put(database, { key, adopted: false }); // before its first use, so that no crash leaves seals without their key
  await adopt(sealWith(key));
  await put(database, { key, adopted: true });
  return key;
}

/**
 * @param {(seal: Seal) => Promise<void>} adopt seals what was saved before there was a key; called again if it was
 *   interrupted
 * @returns {Promise<Seal | null>} null: there can be no key; rejects if the storage does
 */
export async function sealing(adopt) {
  if (!globalThis.crypto?.subtle) return null;
  /** @type {Database} */
  const database = await openDB(NAME, 1, { upgrade: (made) => void made.createObjectStore(STORE) });
  try {
    return sealWith(await alone(() => keyIn(database, adopt)));
  } catch (error) {
    if (/** @type {Error} */ (error).name === 'DataCloneError') return null; // some private windows keep no keys
    throw error;
  } finally {
    database.close();
  }
}
