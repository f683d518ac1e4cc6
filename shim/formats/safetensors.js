import { FittingRoomError } from '../errors.js';

/** @import { Described, NamedFile } from './described.js' */

/** @param {Described} _described @param {{ dtype: string }} _options @returns {Promise<NamedFile[]>} */
export async function write(_described, _options) {
  throw new FittingRoomError('exportModel: not there yet', 'unsupported');
}

/** @param {NamedFile[]} _files @returns {Promise<Described>} */
export async function read(_files) {
  throw new FittingRoomError('importModel: not there yet', 'unsupported');
}
