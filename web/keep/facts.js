import { sha256 } from '../../shim/datasets/bytes.js';

/**
 * What is saved of a run besides its model's file.
 *
 * @typedef {{ name: string, source: import('../settings.js').Settings['source'], sha256: string }} DatasetIdentity
 * @typedef {{ epoch: number, logs: Record<string, number | null> }} EpochLogs null: not a finite number
 * @typedef {{ how: 'stopped' | 'completed' } | { how: 'early' | 'diverged' | 'untrained', epoch: number }} Ended how a
 *   run ended; `early`: the validation loss stopped improving; `diverged`: the loss was not a number; `untrained`: it
 *   has not begun, as the model answers without; `epoch`: in which, from 1 on
 * @typedef {object} Facts
 * @property {string} address the settings, as the page's address spells them
 * @property {DatasetIdentity} dataset
 * @property {{ epoch: number, batch: number }} position where it continues
 * @property {number} epochsInAll
 * @property {EpochLogs[]} epochs those that are done
 * @property {{ wait: number, best: number | null, bestEpoch: number } | null} stopping early stopping's count
 * @property {boolean} finished
 * @property {Ended} [ended] how; runs that earlier versions of the page saved do not say
 * @property {number} savedAt ms since 1970
 */

/** Whether a run has done at least one batch. @param {Facts['position']} position */
export const hasBegun = ({ epoch, batch }) => epoch > 0 || batch > 0;

/** @param {Pick<Facts, 'finished' | 'ended'>} facts @returns {Ended} */
export const endedOf = ({ finished, ended }) => ended ?? { how: finished ? 'completed' : 'stopped' };

/**
 * A digest of a dataset's images and labels, in their order. What the classes are called does not matter.
 * @param {import('../worker.js').Dataset} dataset
 * @returns {Promise<string>} SHA-256
 */
export async function identityOf({ train, test, ...others }) {
  const parts = [train.images, train.labels, test.images, test.labels];
  if ('validation' in others) parts.push(others.validation.images, others.validation.labels);
  const digests = [];
  for (const { data } of parts) digests.push(await digestOf(bytesOf(data)));
  return digestOfAll(digests);
}

const AT_ONCE = 48 * 2 ** 20; // bytes, of which the browser makes a copy; Fashion-MNIST's images are fewer

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<string>} */
async function digestOf(bytes) {
  if (bytes.length <= AT_ONCE) return sha256(bytes);
  const digests = [];
  for (let at = 0; at < bytes.length; at += AT_ONCE) digests.push(await sha256(bytes.subarray(at, at + AT_ONCE)));
  return digestOfAll(digests);
}

/** @param {string[]} digests */
const digestOfAll = (digests) => sha256(new TextEncoder().encode(digests.join(' ')));

/** @param {ArrayBufferView} data */
const bytesOf = ({ buffer, byteOffset, byteLength }) =>
  new Uint8Array(/** @type {ArrayBuffer} */ (buffer), byteOffset, byteLength);
