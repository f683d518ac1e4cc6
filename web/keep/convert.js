import { exportModel, importModel } from 'fitting-room';

/**
 * Models from one format to another: in the worker that trains that of the tab, in another one those in files.
 *
 * @typedef {import('../../shim/formats/described.js').NamedFile} NamedFile
 */

const RUNTIME = { deterministic: true, threads: 1 };

/**
 * A model in the format that is wanted: that of the tab, or the one in `files`.
 * @param {{ model: any, files?: (File | NamedFile)[], format: any, dtype: string, name?: string }} args `name`: what it
 *   is called in the
 *   file; '' or left out: as it is
 * @returns {Promise<{ files: NamedFile[], parameters: number, metadata: any, name: string }>}
 */
export async function convert({ model, files, format, dtype, name = '' }) {
  const read = files && (await importModel(files, RUNTIME));
  const chosen = read ?? model;
  const own = chosen.name;
  try {
    chosen.name = name || own;
    const written = await exportModel(chosen, format, { dtype });
    return { files: written, parameters: chosen.countParams(), metadata: chosen.metadata ?? null, name: own };
  } finally {
    chosen.name = own;
    read?.dispose();
  }
}
