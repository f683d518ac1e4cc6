import { openDB } from 'idb';
import { hex } from '../../shim/datasets/bytes.js';

/**
 * Digests of what is kept, by a key of this browser's that no script can read: HMAC-SHA-256 (RFC 2104). So bytes that
 * were changed, or put in
 * another's place, cannot be given a digest that fits by whoever has only the storage. Another page of the same origin
 * can ask for the key
 * as this one does: nothing but an origin of its own keeps a page's storage to itself.
 *
 * Where there can be no such key, on hosts without https and in private windows that keep none, nothing is sealed.
 */

const NAME = 'fitting-room.key';
const STORE = 'keys';
const RUNS = 'runs';

/** @typedef {(bytes: Uint8Array<ArrayBuffer>) => Promise<string>} Seal */

/** @param {CryptoKey} key @returns {Seal} */
const sealWith = (key) => async (bytes) => `hmac ${hex(new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes)))}`;

/** One tab or worker at a time. @template T @param {() => Promise<T>} act @returns {Promise<T>} */
const alone = (act) => (navigator.locks ? /** @type {any} */ (navigator.locks.request(NAME, act)) : act());

/**
 * On the disk before anything has a seal by it.
 * @param {import('idb').IDBPDatabase<any>} database
 * @param {{ key: CryptoKey, adopted: boolean }} entry
 */
async function put(database, entry) {
  const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' });
  await Promise.all([transaction.store.put(entry, RUNS), transaction.done]);
}

/** @param {import('idb').IDBPDatabase<any>} database @param {(seal: Seal) => Promise<void>} adopt */
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
 * @param {(seal: Seal) => Promise<void>} adopt seals what was kept before there was a key; may be called once more
 *   where it was interrupted
 * @returns {Promise<Seal | null>} null: there can be no key; rejects where the storage does
 */
export async function sealing(adopt) {
  if (!globalThis.crypto?.subtle) return null;
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
