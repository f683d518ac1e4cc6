import * as tfc from '@tensorflow/tfjs-core';

/** @import * as tfl from '@tensorflow/tfjs-layers' */
/** @import { NamedFile } from '../../shim/formats/described.js' */

/* Files of models that TensorFlow.js itself made. */

/**
 * What a model of TensorFlow.js hands to what stores it.
 * @param {Pick<tfl.LayersModel, 'save'>} model
 * @param {tfc.io.SaveConfig} [options]
 * @param {{ io: Pick<typeof tfc.io, 'withSaveHandler'> }} [tf] the library that makes the handler
 * @returns {Promise<any>} its artifacts
 */
export async function artifactsOf(model, options, { io } = tfc) {
  /** @type {any} */
  let artifacts;
  const keep = async (/** @type {unknown} */ given) => {
    artifacts = given;
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: /** @type {const} */ ('JSON') } };
  };
  await model.save(io.withSaveHandler(keep), options);
  return artifacts;
}

/** @param {string} name @param {unknown} value @returns {NamedFile} */
export const jsonFile = (name, value) => ({ name, bytes: new TextEncoder().encode(JSON.stringify(value)) });

/**
 * The files of a model of TensorFlow.js, with a changed description.
 * @param {tfl.LayersModel} model
 * @param {(topology: any) => void} [change]
 * @returns {Promise<NamedFile[]>}
 */
export async function tfjsFiles(model, change = () => {}) {
  const { modelTopology, weightSpecs, weightData } = await artifactsOf(model);
  change(modelTopology);
  return [
    jsonFile('model.json', {
      modelTopology,
      weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
    }),
    { name: 'weights.bin', bytes: new Uint8Array(tfc.io.CompositeArrayBuffer.join(weightData)) },
  ];
}
