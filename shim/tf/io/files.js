import { FittingRoomError, show } from '../../check.js';
import { importFromNode, inNode } from '../../core/host.js';
import { filesOf, saved } from './artifacts.js';

/** @import { Artifacts, Handler } from './artifacts.js' */

/* Models as files: downloaded, chosen, posted, and on the disk. */

/** Offers the files for download, as name.json and name.weights.bin. @param {string} [name] @returns {Handler} */
export const browserDownloads = (name) => ({
  async save(artifacts) {
    if (typeof document === 'undefined')
      throw new FittingRoomError("save: 'downloads://' needs a page; in Node use 'file://'", 'unsupported');
    const prefix = name || 'model';
    const [json, weights] = filesOf(artifacts, `${prefix}.weights.bin`);
    for (const file of [{ ...json, name: `${prefix}.json` }, weights]) {
      const link = document.createElement('a');
      link.download = file.name;
      link.href = URL.createObjectURL(new Blob([file.bytes]));
      // Firefox drops all but the last of downloads that begin in one task
      await new Promise((resolve) => setTimeout(resolve));
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    }
    return saved(artifacts);
  },
});

/** Files that were chosen: model.json and those of the weights. @param {File[] | FileList} files @returns {Handler} */
export const browserFiles = (files) => ({ source: [...files] });

/**
 * @typedef {{ requestInit?: RequestInit, fetchFunc?: (address: string, init: RequestInit) => Promise<Response> }}
 *   HttpOptions of saving only
 */

/**
 * Posts models to an address, and loads them from one.
 * @param {string | URL} address
 * @param {HttpOptions} [options]
 * @returns {Handler}
 */
export const http = (address, { requestInit = {}, fetchFunc = fetch } = {}) => ({
  source: String(new URL(address, globalThis.location?.href)),
  async save(artifacts) {
    const body = new FormData();
    for (const { name, bytes } of filesOf(artifacts, 'model.weights.bin')) {
      const type = name.endsWith('.json') ? 'application/json' : 'application/octet-stream';
      body.append(name, new Blob([bytes], { type }), name);
    }
    const response = await fetchFunc(String(address), { method: 'POST', ...requestInit, body });
    if (!response.ok)
      throw new FittingRoomError(
        `save: ${address} answered ${response.status} ${response.statusText}`.trim(),
        'network',
      );
    return { ...saved(artifacts), responses: [response] };
  },
});

/**
 * As tfjs-node has it: a folder for models that are saved, the path of a model.json for those that are loaded.
 * @param {string} path
 * @returns {Promise<Handler>}
 */
export async function fileSystem(path) {
  if (!inNode()) throw new FittingRoomError("'file://' needs Node", 'unsupported');
  const [{ mkdir, writeFile }, { resolve, join }, { pathToFileURL }] = await Promise.all(
    ['node:fs/promises', 'node:path', 'node:url'].map(importFromNode),
  );
  const place = resolve(path);
  return {
    source: pathToFileURL(place).href,
    async save(/** @type {Artifacts} */ artifacts) {
      await mkdir(place, { recursive: true });
      for (const { name, bytes } of filesOf(artifacts)) await writeFile(join(place, name), bytes);
      return saved(artifacts);
    },
  };
}

/**
 * A model that is in memory.
 * @param {Artifacts | unknown} artifacts
 * @param {unknown[]} [weightSpecs]
 * @param {ArrayBuffer} [weightData]
 * @returns {Handler}
 */
export function fromMemory(artifacts, weightSpecs, weightData) {
  const given = Object(artifacts);
  const all = 'modelTopology' in given ? given : { modelTopology: artifacts, weightSpecs, weightData };
  if (Object(all.modelTopology) !== all.modelTopology)
    throw new FittingRoomError(`fromMemory: modelTopology must be an object, got ${show(all.modelTopology)}`);
  return { load: () => all };
}
