/** The reader of HDF5 files compared with HDF5's own library, on files written here in every version of the format. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as hdf5 from 'h5wasm';
import { Hdf5 } from '../../shim/formats/keras/hdf5.js';
import { FLOAT32, Hdf5 as Pieces, dataset, dataspace, header, layout, link, message, word } from '../fuzz/hdf5.js';

/** @import { Stored } from '../../shim/formats/keras/hdf5.js' */

/** The earliest and the latest version that may be written. @type {[any, any][]} */
const VERSIONS = [
  ['earliest', 'latest'],
  ['v108', 'v108'],
  ['v110', 'v110'],
  ['v114', 'v114'],
  ['latest', 'latest'],
];

/** @param {[any, any]} libver @param {(file: any) => void} fill @returns {Promise<Uint8Array>} */
async function written(libver, fill) {
  const { FS } = await hdf5.ready;
  const file = new hdf5.File('written.h5', 'w', { libver });
  fill(file);
  file.close();
  return /** @type {Uint8Array} */ (FS?.readFile('written.h5')).slice();
}

/** @param {Uint8Array} bytes @param {Stored} stored */
const numbers = (bytes, { at = 0, length, size }) => {
  const { buffer } = bytes.slice(at, at + length);
  return [...(size === 4 ? new Float32Array(buffer) : new Float64Array(buffer))];
};

/** @param {number} length @param {number} start */
const counting = (length, start) => Float32Array.from({ length }, (_, i) => start + i);

test('HDF5: groups and datasets in every version that the library writes', async () => {
  for (const libver of VERSIONS) {
    const bytes = await written(libver, (file) => {
      const names = [
        'conv2d',
        'conv2d_1',
        'dense',
        'vars',
        'OHDR',
        'ünì',
        'a_rather_long_name_of_a_layer_that_someone_gave',
      ];
      const all = file.create_group('layers');
      names.forEach((name, i) => {
        const variables = all.create_group(name).create_group('vars');
        variables.create_dataset({ name: '0', data: counting(6 + i, i), shape: [1, 6 + i] });
        variables.create_dataset({ name: '1', data: Float64Array.from(counting(3, -i)), shape: [3, 1, 1] });
        variables.create_attribute('note', 'x'.repeat(50 * i));
      });
    });
    const file = new Hdf5('file', bytes);
    const layers = /** @type {number} */ (file.find('layers'));
    assert.equal(file.isDataset(layers), false);
    const names = [...file.links(layers).keys()];
    assert.equal(names.length, 7, String(libver));
    for (const name of names) {
      const [kernel, bias] = ['0', '1'].map((each) => /** @type {number} */ (file.find(`layers/${name}/vars/${each}`)));
      assert.equal(file.isDataset(kernel), true);
      const [first, second] = [file.dataset(kernel), file.dataset(bias)];
      const i = first.shape[1] - 6;
      assert.deepEqual({ ...first, at: 0 }, { shape: [1, 6 + i], isFloat: true, size: 4, at: 0, length: 4 * (6 + i) });
      assert.deepEqual(numbers(bytes, first), [...counting(6 + i, i)]);
      assert.deepEqual(second.shape, [3, 1, 1]);
      assert.deepEqual(numbers(bytes, second), [...counting(3, -i)]);
    }
    for (const path of ['nothing', 'layers/nothing', 'layers/dense/vars/0/0', ''])
      assert.equal(file.find(path), undefined, path);
  }
});

test('HDF5: more groups than one node of a tree holds', async () => {
  const names = Array.from({ length: 500 }, (_, i) => `group_${i}`);
  const [early, later] = await Promise.all(
    [VERSIONS[0], VERSIONS[1]].map((libver) =>
      written(libver, (file) => names.forEach((name) => file.create_group(name))),
    ),
  );
  const file = new Hdf5('file', early);
  assert.deepEqual([...file.links(file.root).keys()].toSorted(), names.toSorted());
  const other = new Hdf5('file', later);
  assert.throws(
    () => other.links(other.root),
    /it cannot be read as HDF5 \(byte \d+: the group is larger than any that Keras writes\)$/,
  );
});

test('HDF5: other types and layouts are told apart', async () => {
  const bytes = await written(['earliest', 'latest'], (file) => {
    file.create_dataset({ name: 'integers', data: new Int32Array(4), shape: [4] });
    file.create_dataset({ name: 'chunked', data: new Float32Array(4), shape: [4], chunks: [2] });
    file.create_dataset({ name: 'packed', data: new Float32Array(4), shape: [4], chunks: [4], compression: 9 });
    file.create_dataset({ name: 'text', data: ['a', 'b'] });
    file.create_dataset({ name: 'scalar', data: 1.5, dtype: '<f4', shape: [] });
    file.create_soft_link('/scalar', 'soft');
  });
  const file = new Hdf5('file', bytes);
  const at = (/** @type {string} */ name) => file.dataset(/** @type {number} */ (file.find(name)));
  assert.equal(at('integers').isFloat, false);
  for (const name of ['chunked', 'packed']) assert.equal(at(name).at, undefined);
  assert.equal(at('text').isFloat, false);
  assert.deepEqual(numbers(bytes, at('scalar')), [1.5]);
  assert.deepEqual(at('scalar').shape, []);
  assert.equal(file.find('soft'), undefined);
});

test('HDF5: what lies in a header, and what is no sound part of a file', () => {
  const pieces = new Pieces();
  const compact = Buffer.concat([Buffer.of(3, 0), word(8, 2), Buffer.from(Float32Array.of(1, 2).buffer)]);
  const inside = pieces.add(
    header(message('dataspace', dataspace([2])), message('datatype', FLOAT32), message('layout', compact)),
  );
  const bigEndian = pieces.add(dataset([2], 0, 8, Buffer.from(FLOAT32).fill(0x21, 1, 2)));
  const absent = pieces.add(dataset([2], 2n ** 64n - 1n, 8));
  const old = pieces.add(
    header(
      message('dataspace', dataspace([2])),
      message('datatype', FLOAT32),
      message('layout', Buffer.concat([Buffer.of(1), layout(0, 8)])),
    ),
  );
  const bare = pieces.add(header(message('dataspace', dataspace([2]))));
  const bytes = pieces.file(
    pieces.add(
      header(
        link('inside', inside),
        link('absent', absent),
        link('old', old),
        link('bare', bare),
        link('beyond', 2 ** 40),
      ),
    ),
  );
  const file = new Hdf5('file', bytes);
  assert.deepEqual(numbers(bytes, file.dataset(inside)), [1, 2]);
  assert.equal(file.dataset(bigEndian).isFloat, false);
  assert.equal(file.dataset(absent).at, undefined);
  assert.throws(() => file.dataset(old), /layout version 1 is not supported/);
  assert.throws(() => file.dataset(bare), /message 3 of a dataset is missing/);
  assert.throws(() => file.find('beyond/more'), /it cannot be read as HDF5 \(byte 1099511627776: 16 bytes must follow/);
  assert.throws(
    () => new Hdf5('file', bytes.subarray(0, 20)),
    /it cannot be read as HDF5 \(byte 0: 48 bytes must follow, the file has 20\)$/,
  );
  assert.throws(() => new Hdf5('file', bytes.with(8, 9)), /superblock version 9 is not supported/);
  assert.throws(() => new Hdf5('file', bytes.with(9, 4)), /addresses and lengths must have 8 bytes/);
});
