import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/**
 * @typedef {import('../../shim/datasets/catalogue.js').DatasetTable} DatasetTable
 * @typedef {import('../../shim/datasets/catalogue.js').DatasetFile} DatasetFile
 * @typedef {import('../../shim/datasets/progress.js').Progress} Progress
 */

const SIDE = 28;

/** @param {number[]} words 32-bit, written big-endian */
export function bigEndian(words) {
  const bytes = Buffer.alloc(4 * words.length);
  words.forEach((word, i) => bytes.writeUInt32BE(word, 4 * i));
  return bytes;
}

/** Bytes that neither repeat nor compress well, the same on every run. @param {number} length @param {number} seed */
export function noise(length, seed) {
  const bytes = new Uint8Array(length);
  let state = seed >>> 0 || 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** @param {number} count @param {{ seed?: number, rows?: number, columns?: number }} [options] */
export function idxImages(count, { seed = 1, rows = SIDE, columns = SIDE } = {}) {
  return Buffer.concat([bigEndian([0x803, count, rows, columns]), noise(count * rows * columns, seed)]);
}

/** @param {ArrayLike<number>} labels */
export function idxLabels(labels) {
  return Buffer.concat([bigEndian([0x801, labels.length]), Uint8Array.from(labels)]);
}

/** @param {number} count @param {number} [shift] */
export function someLabels(count, shift = 0) {
  return Array.from({ length: count }, (_, i) => (i + shift) % 10);
}

/** @param {Uint8Array} bytes */
export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/**
 * A small dataset in Fashion-MNIST's four files, and the table that describes it.
 * @param {{ train?: number, test?: number }} [counts]
 */
export function smallDataset({ train = 300, test = 90 } = {}) {
  const contents = {
    'train-images': idxImages(train, { seed: 1 }),
    'train-labels': idxLabels(someLabels(train)),
    'test-images': idxImages(test, { seed: 2 }),
    'test-labels': idxLabels(someLabels(test, 3)),
  };
  /** @type {Map<string, { gzip: Buffer, content: Buffer }>} */
  const bytes = new Map();
  const files = Object.entries(contents).map(([kind, content]) => {
    const name = `${kind}.gz`;
    const gzip = gzipSync(content);
    bytes.set(name, { gzip, content });
    return /** @type {DatasetFile} */ ({
      name,
      kind,
      bytes: gzip.length,
      sha256: sha256(gzip),
      count: content.length,
      contentBytes: content.length,
      contentSha256: sha256(content),
    });
  });
  /** @type {DatasetTable} */
  const table = {
    classNames: Array.from({ length: 10 }, (_, i) => `class ${i}`),
    files,
    publicUrl: 'http://unused.invalid/',
  };
  return { table, bytes, train, test };
}

/**
 * Writes files into a new folder, which is removed after the test.
 * @param {import('node:test').TestContext} t
 * @param {Record<string, Uint8Array | string>} files
 */
export async function folderOf(t, files) {
  const path = await mkdtemp(join(tmpdir(), 'fitting-room-'));
  t.after(() => rm(path, { recursive: true }));
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(path, name), bytes);
  return path;
}

/** @param {ReturnType<typeof smallDataset>} dataset @param {Record<string, Uint8Array | string | null>} [changes] */
export function gzipFiles(dataset, changes = {}) {
  const files = Object.fromEntries(
    [...dataset.bytes].map(([name, { gzip }]) => [name, /** @type {Uint8Array | string} */ (gzip)]),
  );
  for (const [name, bytes] of Object.entries(changes))
    if (bytes === null) delete files[name];
    else files[name] = bytes;
  return files;
}

/** Cache Storage like that of browsers, as far as it is used here. */
export class FakeCacheStorage {
  constructor() {
    /** @type {Map<string, Map<string, Uint8Array>>} */
    this.caches = new Map();
    this.puts = 0;
    this.putError = /** @type {Error | null} */ (null);
  }

  /** @param {string} name */
  async open(name) {
    if (!this.caches.has(name)) this.caches.set(name, new Map());
    const entries = /** @type {Map<string, Uint8Array>} */ (this.caches.get(name));
    return {
      match: async (/** @type {string} */ key) => {
        const bytes = entries.get(key);
        return bytes && new Response(Uint8Array.from(bytes));
      },
      put: async (/** @type {string} */ key, /** @type {Response} */ response) => {
        this.puts++;
        if (this.putError) throw this.putError;
        entries.set(key, new Uint8Array(await response.arrayBuffer()));
      },
      delete: async (/** @type {string} */ key) => entries.delete(key),
    };
  }

  /** All entries of all caches. */
  entries() {
    return [...this.caches.values()].flatMap((entries) => [...entries]);
  }

  /** @returns {CacheStorage} */
  asCacheStorage() {
    return /** @type {any} */ (this);
  }
}

/** Collects progress, and checks what must always hold for it. */
export function progressLog() {
  /** @type {Progress[]} */
  const events = [];
  return { events, onProgress: (/** @type {Progress} */ progress) => void events.push(progress) };
}

/** @param {string} name @param {Uint8Array} bytes of a File as the browser provides it */
export function file(name, bytes) {
  return new File([Uint8Array.from(bytes)], name);
}
