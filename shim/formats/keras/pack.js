import { File, ready } from 'h5wasm';

/** @import { FS } from 'h5wasm' */
/** @import { LayerWeights } from './variables.js' */

const NAME = 'model.h5'; // in the library's in-memory file system

/**
 * Makes model.weights.h5 with the HDF5 library itself.
 * @param {LayerWeights[]} layers
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function packWeights(layers) {
  const system = /** @type {NonNullable<typeof FS>} */ ((await ready).FS);
  const file = new File(NAME, 'w', { libver: ['earliest', 'latest'] }); // as Keras's h5py does
  try {
    file.create_group('vars');
    const all = file.create_group('layers');
    for (const { group, tensors } of layers) {
      const variables = all.create_group(group).create_group('vars');
      tensors.forEach(({ shape, data }, i) => variables.create_dataset({ name: String(i), data, shape, dtype: '<f' }));
    }
    file.flush();
    return system.readFile(NAME).slice();
  } finally {
    file.close();
    system.unlink(NAME);
  }
}
