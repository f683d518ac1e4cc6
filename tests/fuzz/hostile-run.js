/**
 * Reads the hostile files whose names begin with one of the given words, and prints what each took, one line of JSON
 * per file.
 */
import { FittingRoomError, datasets, importModel } from '../../shim/index.js';
import { useBuild } from '../../shim/core/loading.js';
import { BUILDS } from '../api/support.js';
import { HOSTILE } from './hostile.js';
import { measured } from './limits.js';

/** @import { Hostile, NamedFile } from './hostile.js' */

/**
 * @typedef {{ name: string, bytes: number, ms: number, mb: number, said?: string, stack?: string }} Result said: why it
 *   was refused
 */

useBuild(...BUILDS[0]);

/** @type {Record<Hostile['of'], (files: NamedFile[]) => Promise<void>>} */
const READERS = {
  model: async (files) => (await importModel(files)).dispose(),
  dataset: async (files) => void (await datasets.fromFiles(files.map(({ name, bytes }) => new File([bytes], name)))),
};

/** @param {Hostile} hostile @returns {Promise<Result>} */
async function result({ name, make, of }) {
  const files = await make();
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  /** @type {unknown} */
  let error;
  const took = await measured(() =>
    READERS[of](files).catch((reason) => {
      error = reason;
    }),
  );
  if (!error) return { name, bytes, ...took };
  const { message, stack } = /** @type {Error} */ (error);
  return { name, bytes, ...took, said: message, ...(!(error instanceof FittingRoomError) && { stack }) };
}

const wanted = HOSTILE.filter(({ name }) => process.argv.slice(2).some((word) => name.startsWith(word)));
for (const each of wanted) console.log(JSON.stringify(await result(each)));
