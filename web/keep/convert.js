import { exportModel, importModel } from 'fitting-room';

/**
 * Converts models between formats: the tab's in the worker that trains it, those of files in a worker of their own.
 *
 * @typedef {import('../../shim/index.js').Model} Model
 * @typedef {import('../../shim/formats/described.js').NamedFile} NamedFile
 * @typedef {Parameters<typeof exportModel>[1]} FormatName
 * @typedef {{ files?: (File | NamedFile)[], format: FormatName, dtype: string, name?: string }} ConvertArgs `files`:
 *   of a model, left out for the tab's; `name`: what the model is called in the new file, its own name if left out
 *   or ''
 * @typedef {{ files: NamedFile[], parameters: number, name: string }} Converted `name`: the model's own
 */

const RUNTIME = { deterministic: true, threads: 1 };

/**
 * Writes the tab's model, or the model in `files`, in the wanted format.
 * @param {Model | null} tabModel null: `files` are given
 * @param {ConvertArgs} args
 * @returns {Promise<Converted>}
 */
export async function convert(tabModel, { files, format, dtype, name = '' }) {
  const read = files ? await importModel(files, RUNTIME) : null;
  const model = /** @type {Model} */ (read ?? tabModel);
  const own = model.name;
  try {
    model.name = name || own;
    const written = await exportModel(model, format, { dtype });
    return { files: written, parameters: model.countParams(), name: own };
  } finally {
    model.name = own;
    read?.dispose();
  }
}
