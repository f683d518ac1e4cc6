import { joined } from '../../formats/common.js';
import { exportModel } from '../../models.js';

/** @import { NamedFile } from '../../formats/described.js' */
/** @import { ImportSource } from '../../formats/exchange.js' */
/** @import { Model } from '../../model.js' */

/* A model as TF.js hands it to what stores it. */

/**
 * @typedef {object} Artifacts
 * @property {unknown} modelTopology
 * @property {unknown[]} [weightSpecs]
 * @property {ArrayBuffer | ArrayBuffer[]} [weightData]
 * @property {string} [format]
 * @property {string | null} [generatedBy]
 * @property {string | null} [convertedBy]
 * @property {unknown} [userDefinedMetadata]
 */
/**
 * @typedef {{ dateSaved: Date, modelTopologyType: 'JSON', modelTopologyBytes: number, weightSpecsBytes: number,
 *   weightDataBytes: number }} Info sizes in bytes
 */
/** @typedef {{ modelArtifactsInfo: Info, responses?: Response[] }} SaveResult */
/**
 * Stores models, or has them. source: what importModel reads, in place of load.
 * @typedef {{ save?: (artifacts: Artifacts) => Promise<SaveResult>, load?: () => Promise<Artifacts> | Artifacts,
 *   source?: ImportSource }} Handler
 */

export const WEIGHTS = 'weights.bin';

/** @param {Artifacts} artifacts @returns {ArrayBuffer} */
export const weightDataOf = ({ weightData = [] }) =>
  joined([weightData].flat().map((part) => new Uint8Array(part))).buffer;

/** @param {unknown} value */
const jsonBytes = (value) => new TextEncoder().encode(JSON.stringify(value));

/** @param {Artifacts} artifacts @returns {SaveResult} what storing it results in */
export const saved = (artifacts) => ({
  modelArtifactsInfo: {
    dateSaved: new Date(),
    modelTopologyType: 'JSON',
    modelTopologyBytes: jsonBytes(artifacts.modelTopology).length,
    weightSpecsBytes: jsonBytes(artifacts.weightSpecs ?? []).length,
    weightDataBytes: weightDataOf(artifacts).byteLength,
  },
});

/**
 * @param {Artifacts} artifacts
 * @param {string} [name] of the file of the weights
 * @returns {[model: NamedFile, weights: NamedFile]}
 */
export function filesOf(artifacts, name = WEIGHTS) {
  const { weightSpecs: weights = [], weightData: _, ...rest } = artifacts;
  return [
    { name: 'model.json', bytes: jsonBytes({ ...rest, weightsManifest: [{ paths: [`./${name}`], weights }] }) },
    { name, bytes: new Uint8Array(weightDataOf(artifacts)) },
  ];
}

/** @param {Model} model @returns {Promise<Artifacts>} */
export async function artifactsOf(model) {
  const [json, weights] = await exportModel(model, 'tfjs');
  const { weightsManifest, ...artifacts } = JSON.parse(new TextDecoder().decode(json.bytes));
  return { ...artifacts, weightSpecs: weightsManifest[0].weights, weightData: weights.bytes.slice().buffer };
}
