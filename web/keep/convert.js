import { exportModel, importModel } from 'fitting-room';
import { FIELDS } from '../settings.js';

/**
 * Converts models between formats: the tab's in the worker that trains it, those of files in a worker of their own.
 *
 * @typedef {import('../../shim/index.js').Model} Model
 * @typedef {import('../../shim/formats/described.js').NamedFile} NamedFile
 * @typedef {Parameters<typeof exportModel>[1]} FormatName
 * @typedef {{ files?: (File | NamedFile)[], format: FormatName, dtype: string, name?: string }} ConvertArgs `files`:
 *   of a model, left out for the tab's; `name`: what the model is called in the new file, its own name if left out
 *   or ''
 * @typedef {import('../own/given.js').Making} Making
 * @typedef {{ files: NamedFile[], parameters: number, name: string, making: Making | null }} Converted `name`: the
 *   model's own; `making`: how pictures become its images, if another model can begin with its layers
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
    return { files: written, parameters: model.countParams(), name: own, making: makingOf(model) };
  } finally {
    model.name = own;
    read?.dispose();
  }
}

/** @param {Model} model @returns {Making | null} null: no model for pictures can begin with its layers */
function makingOf({ inputShape: [height, width, channels], layers, metadata }) {
  const { crop } = /** @type {{ crop?: any }} */ (metadata?.preparation ?? {});
  const size = String(height);
  const isKnown = FIELDS.crop.values?.includes(crop) && FIELDS.size.values?.includes(size);
  const hasFeatures = layers.findIndex(({ config }) => config.kind === 'dense') > 0;
  const isFit = isKnown && hasFeatures && height === width && (channels === 1 || channels === 3);
  return isFit ? { size, colour: channels === 3, crop } : null;
}
