import { openAsBlob } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {import('./sources.js').Source} Source */

/** @param {string} path */
async function readWhole(path) {
  const buffer = await readFile(path).catch((error) => {
    throw error.code === 'ENOENT' ? new Error('not found') : error;
  });
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/**
 * A folder on this machine.
 * @param {string} path
 * @returns {Source}
 */
export function folder(path) {
  return {
    kind: 'folder',
    place: `in the folder ${path}`,
    async read(file, { onBytes }) {
      const bytes = await readWhole(join(path, file.name));
      onBytes(file.bytes);
      return bytes;
    },
  };
}

/**
 * A folder in which verified downloads are kept.
 * @param {string} path
 * @returns {Source}
 */
export function cacheFolder(path) {
  return {
    ...folder(path),
    kind: 'cache',
    place: `in the cache folder ${path}`,
    async keep(file, bytes) {
      const partial = join(path, `${file.name}.${process.pid}.partial`);
      await mkdir(path, { recursive: true });
      await writeFile(partial, bytes);
      await rename(partial, join(path, file.name));
    },
    async forget(file) {
      await rm(join(path, file.name), { force: true });
    },
  };
}

/** FASHION_MNIST_DIR, or else the folder shared/fashion-mnist beside the package. */
export function datasetFolder() {
  return process.env.FASHION_MNIST_DIR || fileURLToPath(new URL('../../../shared/fashion-mnist', import.meta.url));
}

/** The user's cache folder for the dataset (XDG Base Directory Specification). */
export function userCacheFolder() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'fitting-room', 'fashion-mnist');
}

/**
 * The files in a folder and the folders in it, or a file; all are read when they are asked for.
 * @param {string} path
 * @returns {Promise<import('./folder.js').Placed[] | Blob>}
 */
export async function filesIn(path) {
  if ((await stat(path)).isFile()) return openAsBlob(path);
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => {
    const at = join(entry.parentPath, entry.name);
    return {
      path: relative(path, at).split(sep).join('/'),
      file: { name: entry.name, arrayBuffer: async () => (await readWhole(at)).slice().buffer },
    };
  });
}
