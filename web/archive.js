import { Zip, ZipPassThrough } from 'fflate';
import { freeName } from './free-name.js';

/** Archives of pictures, a folder for each class, as any program can read them. */

const AT_ONCE = 2 ** 25; // bytes that are handed to the browser at a time, which may put them on the disk
const TIME = new Date(1980, 0, 1); // of every file: the same pictures give the same bytes

/** A name that every file system takes. @param {string} name @param {Set<string>} taken lower case; added to */
export function safeName(name, taken) {
  const [, stem, ending = ''] = /** @type {RegExpExecArray} */ (/^(.*?)(\.\w{1,5})?$/s.exec(name));
  const plain =
    stem
      .replace(/[\\/:*?"<>|\x00-\x1f]/g, '_')
      .replace(/^[. ]+|[. ]+$/g, '')
      .slice(0, 100) || '_';
  const free = freeName(plain, ending, (one) => taken.has(one.toLowerCase()));
  taken.add(free.toLowerCase());
  return free;
}

/** Collects files in an archive without packing them: pictures are packed already. */
export function createArchive() {
  /** @type {BlobPart[]} */
  const blobs = [];
  /** @type {Uint8Array<ArrayBuffer>[]} */
  let chunks = [];
  let size = 0;
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    chunks.push(/** @type {Uint8Array<ArrayBuffer>} */ (chunk));
    size += chunk.length;
    if (size > AT_ONCE) flush();
  });
  function flush() {
    blobs.push(new Blob(chunks));
    chunks = [];
    size = 0;
  }
  return {
    /** @param {string} path @param {Uint8Array<ArrayBuffer>} content */
    add(path, content) {
      const file = new ZipPassThrough(path);
      file.mtime = TIME;
      zip.add(file);
      file.push(content, true);
    },
    end() {
      zip.end();
      flush();
      return new Blob(blobs, { type: 'application/zip' });
    },
  };
}
