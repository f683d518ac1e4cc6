/**
 * Small files that ask for a lot of work, each under 1 MB: models in every format that can be read, and datasets. Each
 * must be read, or refused for what is wrong with it, within the limits of limits.js. The fuzzers start from them.
 */
import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import { encode } from '../../shim/formats/onnx/messages.js';
import { forged } from '../api/model-files.js';
import {
  FLOAT32,
  Hdf5,
  continuation,
  dataset,
  dataspace,
  header,
  layout,
  link,
  message,
  oldHeader,
  word,
} from './hdf5.js';
import { bigEndian } from '../datasets/support.js';

/** @typedef {{ name: string, bytes: Uint8Array<ArrayBuffer> }} NamedFile */
/**
 * make: the files, of a model or of a dataset. refused: what the message says; left out if the file is valid and is
 * read.
 * @typedef {{ name: string, make: () => NamedFile[] | Promise<NamedFile[]>, refused?: RegExp, of: 'model' | 'dataset'
 *   }} Hostile
 */

export const MOST_BYTES = 1_000_000;

const utf8 = new TextEncoder();
/** @param {unknown} value @returns {Uint8Array<ArrayBuffer>} */
const json = (value) => utf8.encode(typeof value === 'string' ? value : JSON.stringify(value));

/** @template T @param {number} length @param {(i: number) => T} make */
const list = (length, make) => Array.from({ length }, (_, i) => make(i));

/** @param {Uint8Array} bytes @param {string} [name] @returns {NamedFile[]} */
const one = (bytes, name = 'model') => [{ name, bytes: new Uint8Array(bytes) }];

/* ---- archives ----------------------------------------------------------------------------------- */

/** @typedef {{ length: number, deflated: Buffer }} Packed length: when inflated */
/**
 * @typedef {{ name: string, content: Uint8Array | Packed, stated?: number, at?: number }} Member stated: the claimed
 *   length; at: the claimed position of its local header
 */

const REPEATED = 2 ** 20;

/**
 * One byte repeated over and over, in deflated form; made without deflating it.
 * @param {number} times in MB
 * @param {number} [byte]
 * @returns {Packed}
 */
function bomb(times, byte = 0) {
  const part = deflateRawSync(new Uint8Array(REPEATED).fill(byte), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  return { length: times * REPEATED, deflated: Buffer.concat([...list(times, () => part), deflateRawSync('')]) };
}

/** @param {Uint8Array} content @returns {Packed} */
const packed = (content) => ({ length: content.length, deflated: deflateRawSync(content, { level: 9 }) });

/**
 * Content after blocks that contain only their tables. Setting up a table takes a decompressor far longer than reading
 * it.
 * @param {number} blocks @param {Uint8Array} content @returns {Packed}
 */
function packedTables(blocks, content) {
  const lengths = list(15, (i) => i + 1); // of codes: one of each, and another of the longest
  const bits = (/** @type {number} */ value, /** @type {number} */ count) => list(count, (i) => (value >> i) & 1);
  // of the symbols that encode lengths, 18 stands for many zeros; each has a code of 4 bits
  const used = [...lengths, 18];
  const code = (/** @type {number} */ symbol) => bits(used.indexOf(symbol), 4).reverse();
  const zeros = (/** @type {number} */ count) => [...code(18), ...bits(count - 11, 7)];
  const literals = [...lengths.flatMap(code), ...zeros(138), ...zeros(256 - 15 - 138), ...code(15)];
  const distances = [...lengths, 15].flatMap(code);
  const widths = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15].flatMap((symbol) =>
    bits(used.includes(symbol) ? 4 : 0, 3),
  );
  const block = [
    ...bits(0b100, 3),
    ...bits(0, 5),
    ...bits(15, 5),
    ...bits(15, 4),
    ...widths,
    ...literals,
    ...distances,
    ...bits(0x7fff, 15),
  ];
  // then 3 bits for an empty block that ends at a byte
  const bytes = Buffer.alloc(Math.ceil((blocks * block.length + 3) / 8));
  for (let at = 0; at < blocks * block.length; at++) bytes[at >> 3] |= block[at % block.length] << (at & 7);
  return {
    length: content.length,
    deflated: Buffer.concat([bytes, Buffer.of(0, 0, 255, 255), deflateRawSync(content)]),
  };
}

/** @param {Member[]} members @param {{ count?: number, comment?: Uint8Array }} [end] count: as claimed */
export function zip(members, { count = members.length, comment = new Uint8Array() } = {}) {
  const [locals, central] = [/** @type {Buffer[]} */ ([]), /** @type {Buffer[]} */ ([])];
  let length = 0;
  for (const { name, content, stated = content.length, at = length } of members) {
    const data = 'deflated' in content ? content.deflated : content;
    const common = Buffer.concat([
      word(20, 2),
      word(0, 2),
      word(data === content ? 0 : 8, 2),
      word(0, 4),
      word(0, 4),
      word(data.length, 4),
      word(stated, 4),
      word(name.length, 2),
      word(0, 2),
    ]);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), data]);
    central.push(
      Buffer.concat([
        Buffer.from('PK\x01\x02'),
        word(20, 2),
        common,
        word(0, 2),
        word(0, 2),
        word(0, 2),
        word(0, 4),
        word(at, 4),
        Buffer.from(name),
      ]),
    );
    if (at !== length) continue;
    locals.push(local);
    length += local.length;
  }
  const listed = Buffer.concat(central);
  const claimed = Math.min(count, 65535);
  const finish = Buffer.concat([
    Buffer.from('PK\x05\x06'),
    word(0, 4),
    word(claimed, 2),
    word(claimed, 2),
    word(listed.length, 4),
    word(length, 4),
    word(comment.length, 2),
    comment,
  ]);
  return new Uint8Array(Buffer.concat([...locals, listed, finish]));
}

/* ---- Keras -------------------------------------------------------------------------------------- */

/** @param {string} kind @param {string} name @param {object} [config] */
const entry = (kind, name, config = {}) => ({ class_name: kind, config: { name, ...config } });
/** @param {number[]} shape */
const begin = (shape) => entry('InputLayer', 'input', { batch_shape: [null, ...shape] });
/** @param {number} count @param {number} units @param {number[]} [shape] */
const denseStack = (count, units, shape = [units]) => [
  begin(shape),
  ...list(count, (i) => entry('Dense', `d${i}`, { units, use_bias: false })),
];
/** @param {object[]} layers */
const stackConfig = (layers) => ({ class_name: 'Sequential', config: { name: 's', layers } });
/** A graph of layers behind an input of two numbers; the last one's output is the model's. @param {any[]} layers */
const graphConfig = (layers) => ({
  class_name: 'Functional',
  config: {
    name: 'f',
    input_layers: ['input', 0, 0],
    output_layers: [layers[layers.length - 1].config.name, 0, 0],
    layers: [begin([2]), ...layers],
  },
});

const CONFIG = 'config.json';
const WEIGHTS = 'model.weights.h5';

/** @param {unknown} config @param {Member['content']} weights @param {Partial<Member>} [how] of the weights */
const keras = (config, weights, how = {}) =>
  one(
    zip([
      { name: CONFIG, content: json(config) },
      { name: WEIGHTS, content: weights, ...how },
    ]),
    'model.keras',
  );

const small = stackConfig(denseStack(1, 2, [2]));

/**
 * A tree of groups leading to the first layer's weights.
 * @param {Hdf5} h5
 * @param {number} variable the address of its header
 * @param {number} [layers]
 */
function groups(h5, variable, layers = 1) {
  const variables = h5.add(header(link('0', variable)));
  const layer = h5.add(header(link('vars', variables)));
  const all = h5.add(header(...list(layers, (i) => link(i ? `dense_${i}` : 'dense', layer))));
  return h5.file(h5.add(header(link('layers', all))));
}

/**
 * A header whose blocks each start at a different byte and reach to the end of the file.
 * @param {number} blocks
 * @param {number} bytes that they share
 * @param {(address: number) => Buffer} make the header, which the blocks follow
 */
function overlapping(blocks, bytes, make) {
  const h5 = new Hdf5();
  const address = h5.add(make(h5.length));
  h5.add(Buffer.alloc(bytes));
  return { h5, address, blocks };
}

/** @param {number} blocks @param {number} shared */
function overlappingBlocks(blocks, shared) {
  const length = header(...list(blocks, () => continuation(0, 0))).length;
  const { h5, address } = overlapping(blocks, shared, (at) =>
    header(...list(blocks, (i) => continuation(at + length + i, shared - i))),
  );
  return h5.file(address);
}

/** @param {number} blocks @param {number} shared */
function overlappingOldBlocks(blocks, shared) {
  /** @param {number} at @returns {Buffer} */
  const make = (at) =>
    oldHeader(
      list(blocks, (i) => ['continuation', Buffer.concat([word(at + i), word(shared - i)])]),
      65535,
    );
  const length = make(0).length;
  const { h5, address } = overlapping(blocks, shared, (at) => make(at + length));
  return h5.file(address);
}

/**
 * One block that a header lists over and over, each time with another length.
 * @param {number} times
 * @param {number} bytes of it
 */
function repeatedBlock(times, bytes) {
  const h5 = new Hdf5();
  const block = h5.add(Buffer.concat([Buffer.from('OCHK'), Buffer.alloc(bytes)]));
  return h5.file(h5.add(header(...list(times, (i) => continuation(block, bytes - i)))));
}

/** Continuations that point back to one another, before some messages. */
function circle() {
  const h5 = new Hdf5();
  const block = (/** @type {number} */ to) =>
    Buffer.concat([Buffer.from('OCHK'), message('nil', Buffer.alloc(40_000)), continuation(to, LENGTH), word(0, 4)]);
  const LENGTH = 40_032;
  const first = h5.add(block(h5.length + LENGTH));
  h5.add(block(first));
  return h5.file(h5.add(header(continuation(first, LENGTH))));
}

/**
 * A model with as many layers as possible, whose weights are all the same bytes.
 * @param {number} layers
 * @param {number} units
 * @param {Buffer} [type]
 */
function sharedWeights(layers, units, type) {
  const h5 = new Hdf5();
  const length = 4 * units * units;
  const data = h5.add(Buffer.alloc(length));
  return groups(h5, h5.add(dataset([units, units], data, length, type)), layers);
}

/** A type that refers to a type that refers to a type … @param {number} depth */
const enumeration = (depth) => Buffer.concat([...list(depth, () => Buffer.from('1800000004000000', 'hex')), FLOAT32]);

/**
 * A group of HDF5's first version, whose tree has as many levels as possible, each child the same.
 * @param {number} levels
 * @param {number} entries per node
 */
function oldTree(levels, entries) {
  const h5 = new Hdf5();
  const names = h5.add(Buffer.from('layers\0\0'));
  const heap = h5.add(Buffer.concat([Buffer.from('HEAP'), word(0, 4), word(8), word(2n ** 64n - 1n), word(names)]));
  const table = Buffer.concat([word(0), word(0), word(0, 4), word(0, 4), Buffer.alloc(16)]);
  let child = h5.add(
    Buffer.concat([Buffer.from('SNOD'), Buffer.of(1, 0), word(entries, 2), ...list(entries, () => table)]),
  );
  for (let level = 0; level < levels; level++) {
    const key = Buffer.concat([word(0), word(child)]);
    child = h5.add(
      Buffer.concat([
        Buffer.from('TREE'),
        Buffer.of(0, level),
        word(entries, 2),
        word(2n ** 64n - 1n),
        word(2n ** 64n - 1n),
        ...list(entries, () => key),
        word(0),
      ]),
    );
  }
  return h5.file(h5.add(oldHeader([['symbolTable', Buffer.concat([word(child), word(heap)])]])));
}

/** Many names, all of them the same long one. @param {number} entries @param {number} length */
function longNames(entries, length) {
  const h5 = new Hdf5();
  const names = h5.add(Buffer.concat([Buffer.alloc(length, 'x'), Buffer.of(0)]));
  const heap = h5.add(
    Buffer.concat([Buffer.from('HEAP'), word(0, 4), word(length + 1), word(2n ** 64n - 1n), word(names)]),
  );
  const table = h5.add(
    Buffer.concat([Buffer.from('SNOD'), Buffer.of(1, 0), word(entries, 2), ...list(entries, () => Buffer.alloc(40))]),
  );
  const tree = h5.add(
    Buffer.concat([
      Buffer.from('TREE'),
      Buffer.of(0, 0),
      word(1, 2),
      word(2n ** 64n - 1n),
      word(2n ** 64n - 1n),
      word(0),
      word(table),
      word(0),
    ]),
  );
  return h5.file(h5.add(oldHeader([['symbolTable', Buffer.concat([word(tree), word(heap)])]])));
}

/** @param {Buffer[]} messages of the variable */
function variable(...messages) {
  const h5 = new Hdf5();
  const data = h5.add(Buffer.alloc(64));
  return groups(h5, h5.add(header(...messages, message('layout', layout(data, 16)))));
}

/** A group with as many links as fit, shared by every layer of the largest model. @param {number} links */
function wideGroup(links) {
  const h5 = new Hdf5();
  const data = h5.add(Buffer.alloc(16));
  const weight = h5.add(dataset([2, 2], data, 16));
  const variables = h5.add(header(link('0', weight)));
  const layer = h5.add(header(...list(links, (i) => link(`n${i}`, variables)), link('vars', variables)));
  const all = h5.add(header(...list(128, (i) => link(i ? `dense_${i}` : 'dense', layer))));
  return h5.file(h5.add(header(link('layers', all))));
}

/**
 * One dataset after very many empty messages, used for each of the four weights of all layers.
 * @param {number} empty
 */
function longHeader(empty) {
  const h5 = new Hdf5();
  const data = h5.add(Buffer.alloc(8));
  const nothing = Buffer.alloc(4 * empty);
  const weight = h5.add(
    header(
      nothing,
      message('dataspace', dataspace([2])),
      message('datatype', FLOAT32),
      message('layout', layout(data, 8)),
    ),
  );
  const variables = h5.add(header(...list(4, (i) => link(String(i), weight))));
  const layer = h5.add(header(link('vars', variables)));
  const all = h5.add(header(...list(127, (i) => link(i ? `batch_normalization_${i}` : 'batch_normalization', layer))));
  return h5.file(h5.add(header(link('layers', all))));
}

/**
 * A stack with a long name, whose layers have the names of layers outside it.
 * @param {number} count
 * @param {(i: number) => string} name
 */
const longStack = (count, name) => [
  ...list(count, (i) => entry('Flatten', name(i))),
  entry('Sequential', 'S'.repeat(900_000), { layers: list(count, (i) => entry('Flatten', name(i))) }),
];

const H5 = /model\.weights\.h5: /;

/** @type {Omit<Hostile, 'of'>[]} */
const KERAS = [
  { name: 'keras: header blocks that overlap', make: () => keras(small, overlappingBlocks(200, 4500)), refused: H5 },
  {
    name: 'keras: more header blocks that overlap',
    make: () => keras(small, overlappingBlocks(512, 6000)),
    refused: H5,
  },
  {
    name: 'keras: as many header blocks that overlap as fit',
    make: () => keras(small, overlappingBlocks(16_000, 480_000)),
    refused: H5,
  },
  {
    name: 'keras: header blocks of the first version that overlap',
    make: () => keras(small, overlappingOldBlocks(8000, 500_000)),
    refused: H5,
  },
  {
    name: 'keras: one block of a header 10,000 times',
    make: () => keras(small, repeatedBlock(10_000, 500_000)),
    refused: H5,
  },
  { name: 'keras: header blocks in a circle', make: () => keras(small, circle()), refused: H5 },
  { name: 'keras: a header of 200,000 messages', make: () => keras(small, overlappingBlocks(1, 900_000)), refused: H5 },
  {
    name: 'keras: weights that all layers share',
    make: () => keras(stackConfig(denseStack(120, 490)), sharedWeights(120, 490)),
    refused: /too large/,
  },
  {
    name: 'keras: types within types that all layers share',
    make: () => keras(stackConfig(denseStack(120, 2)), sharedWeights(120, 2, enumeration(7000))),
    refused: H5,
  },
  {
    name: 'keras: types within types, deeper than a stack',
    make: () => keras(small, sharedWeights(1, 2, enumeration(100_000).subarray(0, 65_000))),
    refused: H5,
  },
  {
    name: 'keras: a tree of groups in which all children are one',
    make: () => keras(small, oldTree(3, 64)),
    refused: H5,
  },
  { name: 'keras: a tree of groups with wide nodes', make: () => keras(small, oldTree(1, 8000)), refused: H5 },
  { name: 'keras: 7,000 names of 300 KB', make: () => keras(small, longNames(7000, 300_000)), refused: H5 },
  {
    name: 'keras: a wide group that all layers share',
    make: () => keras(stackConfig(denseStack(120, 2)), wideGroup(20_000)),
  },
  {
    name: 'keras: a header of 235,000 messages that all layers share',
    make: () =>
      keras(stackConfig([begin([2]), ...list(127, (i) => entry('BatchNormalization', `b${i}`))]), longHeader(235_000)),
  },
  {
    name: 'keras: a dataset of 2^40 numbers',
    make: () =>
      keras(
        stackConfig(denseStack(1, 2 ** 20, [2 ** 20])),
        variable(message('dataspace', dataspace([2 ** 20, 2 ** 20])), message('datatype', FLOAT32)),
      ),
    refused: /./,
  },
  {
    name: 'keras: a dataset of 255 dimensions',
    make: () =>
      keras(small, variable(message('dataspace', dataspace(list(255, () => 2 ** 31))), message('datatype', FLOAT32))),
    refused: H5,
  },
  {
    name: 'keras: weights of zeros, deflated, that the model has no use for',
    make: () => keras(small, bomb(190)),
    refused: /too large/,
  },
  { name: 'keras: the same, said to be short', make: () => keras(small, bomb(900), { stated: 3000 }), refused: /./ },
  {
    name: 'keras: zeros, deflated, of a model that needs them',
    make: () => keras(stackConfig(denseStack(1, 7000)), bomb(190)),
    refused: /./,
  },
  {
    name: 'keras: config.json of blanks, deflated',
    make: () =>
      one(
        zip([
          { name: CONFIG, content: bomb(100, 32) },
          { name: WEIGHTS, content: new Uint8Array() },
        ]),
      ),
    refused: /config\.json.*too large/,
  },
  {
    name: 'keras: the same blanks, said to be few',
    make: () =>
      one(
        zip([
          { name: CONFIG, content: bomb(900, 32), stated: 99 },
          { name: WEIGHTS, content: new Uint8Array() },
        ]),
      ),
    refused: /config\.json/,
  },
  {
    name: 'keras: config.json of 1.3 million empty lists, deflated',
    make: () =>
      one(
        zip([
          { name: CONFIG, content: packed(json(`[${'[],'.repeat(1_300_000)}[]]`)) },
          { name: WEIGHTS, content: new Uint8Array() },
        ]),
      ),
    refused: /config\.json/,
  },
  {
    name: 'keras: config.json behind 32,000 tables of codes',
    make: () =>
      one(
        zip([
          { name: CONFIG, content: packedTables(32_000, json(small)) },
          { name: WEIGHTS, content: variable() },
        ]),
      ),
    refused: H5,
  },
  {
    name: 'keras: metadata.json of zeros, deflated',
    make: () =>
      one(
        zip([
          { name: CONFIG, content: json(small) },
          { name: 'metadata.json', content: bomb(190) },
          { name: WEIGHTS, content: variable() },
        ]),
      ),
    refused: /metadata\.json.*too large/,
  },
  {
    name: 'keras: 10,000 entries',
    make: () => one(zip(list(10_000, (i) => ({ name: `f${i}`, content: new Uint8Array() })))),
    refused: /more than 1024 entries/,
  },
  {
    name: 'keras: 65,535 entries that there are not',
    make: () => one(zip([{ name: CONFIG, content: new Uint8Array(3) }], { count: 65535 })),
    refused: /archive/,
  },
  {
    name: 'keras: entries with names of 64 KB',
    make: () => one(zip(list(7, () => ({ name: 'x'.repeat(65_535), content: new Uint8Array() })))),
    refused: /none of/,
  },
  {
    name: 'keras: entries that overlap',
    make: () =>
      one(
        zip([
          { name: 'x', content: bomb(100) },
          ...[CONFIG, WEIGHTS].map((name) => ({ name, content: bomb(100), at: 0 })),
        ]),
      ),
    refused: /config\.json/,
  },
  {
    name: 'keras: one entry twice',
    make: () => one(zip([CONFIG, WEIGHTS, CONFIG].map((name) => ({ name, content: bomb(50) })))),
    refused: /twice/,
  },
  {
    name: 'keras: ends of archives all over',
    make: () => one(Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(900_000, 'PK\x05\x06')])),
    refused: /archive/,
  },
  {
    name: 'keras: a layer with 40,000 switches',
    make: () =>
      keras(
        stackConfig([
          begin([2]),
          entry('Dense', 'd', { units: 2, ...Object.fromEntries(list(40_000, (i) => [`a_${i}`, i + 5])), a: false }),
        ]),
        variable(),
      ),
    refused: /options/,
  },
  { name: 'keras: 10^9 weights', make: () => keras(stackConfig(denseStack(2, 32_000)), variable()), refused: /./ },
  {
    name: 'keras: stacks in stacks with 14,000 layers',
    make: () =>
      keras(
        stackConfig([
          begin([2]),
          ...list(28, (i) =>
            entry('Sequential', `s${i}`, { layers: list(500, (k) => entry('Flatten', `f${i}_${k}`)) }),
          ),
        ]),
        variable(),
      ),
    refused: /layers/,
  },
  {
    name: 'keras: a stack with a name of 900 KB',
    make: () => keras(stackConfig([begin([2]), ...longStack(255, (i) => `a${1000 + i}`)]), variable()),
    refused: /name is too large/,
  },
  {
    name: 'keras: the same, its layers all of one name',
    make: () =>
      keras(
        stackConfig([
          begin([2]),
          entry('Sequential', 'S'.repeat(900_000), { layers: list(510, () => entry('Flatten', 'a')) }),
        ]),
        variable(),
      ),
    refused: /name is too large/,
  },
  {
    name: 'keras: 300 sums of 70 layers each',
    make: () =>
      keras(
        graphConfig(
          list(300, (i) => ({
            ...entry('Add', `a${i}`),
            inbound_nodes: [list(70, (k) => [i > k ? `a${i - k - 1}` : 'input', 0, 0])],
          })),
        ),
        variable(),
      ),
    refused: /layer/,
  },
  {
    name: 'keras: 100 concatenations, each of the one before eight times',
    make: () =>
      keras(
        graphConfig(
          list(100, (i) => ({
            ...entry('Concatenate', `c${i}`, { axis: -1 }),
            inbound_nodes: [list(8, () => [i ? `c${i - 1}` : 'input', 0, 0])],
          })),
        ),
        variable(),
      ),
    refused: /elements/,
  },
  {
    name: 'keras: a name of 900 KB',
    make: () =>
      keras(
        stackConfig([begin([2]), entry('Dense', 'd'.repeat(900_000), { units: 2, activation: 'celu' })]),
        variable(),
      ),
    refused: /activation/,
  },
  {
    name: 'keras: a class of 900 KB',
    make: () => keras(stackConfig([begin([2]), entry('Aa_'.repeat(300_000), 'd')]), variable()),
    refused: /layer/,
  },
  {
    name: 'keras: 10^5 pixels cropped on each side',
    make: () => keras(stackConfig([begin([9, 9, 3]), entry('Cropping2D', 'c', { cropping: 100_000 })]), variable()),
    refused: /cropping must be an integer/,
  },
  {
    name: 'keras: images of 10^5 x 10^5, padded',
    make: () =>
      keras(stackConfig([begin([100_000, 100_000, 3]), entry('ZeroPadding2D', 'z', { padding: 200 })]), variable()),
    refused: /./,
  },
  {
    name: 'keras: 100 paddings around a small image',
    make: () =>
      keras(
        stackConfig([begin([10, 10, 3]), ...list(100, (i) => entry('ZeroPadding2D', `z${i}`, { padding: 255 }))]),
        variable(),
      ),
    refused: /./,
  },
];

/* ---- TF.js -------------------------------------------------------------------------------------- */

/** @param {object[]} layers */
const tfTopology = (layers) => ({ model_config: stackConfig(layers) });
/** @param {number} count @param {number} units */
const tfStack = (count, units) =>
  tfTopology(
    list(count, (i) =>
      entry('Dense', `d${i}`, { units, use_bias: false, ...(i === 0 && { batch_input_shape: [null, units] }) }),
    ),
  );
/** @param {object} model @param {...NamedFile} files */
const tfjs = (model, ...files) => [{ name: 'model.json', bytes: json({ format: 'layers-model', ...model }) }, ...files];
/** @param {number} length @param {string} [name] @returns {NamedFile} */
const shard = (length, name = 'w.bin') => ({ name, bytes: new Uint8Array(length) });

/** @type {Omit<Hostile, 'of'>[]} */
const TFJS = [
  {
    name: 'tfjs: 900 KB of bytes that become floats',
    make: () =>
      tfjs(
        {
          modelTopology: tfStack(1, 948),
          weightsManifest: [
            {
              paths: ['w.bin'],
              weights: [
                {
                  name: 'd0/kernel',
                  shape: [948, 948],
                  dtype: 'float32',
                  quantization: { dtype: 'uint8', scale: 1, min: 0 },
                },
              ],
            },
          ],
        },
        shard(948 * 948),
      ),
  },
  {
    name: 'tfjs: one file named 1000 times',
    make: () =>
      tfjs(
        { modelTopology: tfStack(1, 2), weightsManifest: [{ paths: list(1000, () => 'w.bin'), weights: [] }] },
        shard(900_000),
      ),
    refused: /named twice/,
  },
  {
    name: 'tfjs: 1000 groups of 100 files',
    make: () =>
      tfjs({
        modelTopology: tfStack(1, 2),
        weightsManifest: list(1000, () => ({ paths: list(100, () => 'w'), weights: [] })),
      }),
    refused: /files/,
  },
  {
    name: 'tfjs: 20,000 files beside',
    make: () =>
      tfjs(
        { modelTopology: tfStack(1, 2), weightsManifest: [{ paths: list(1000, (i) => `${i}`), weights: [] }] },
        ...list(20_000, (i) => shard(1, `f/${i}`)),
      ),
    refused: /files/,
  },
  {
    name: 'tfjs: a weight of 2^52 numbers',
    make: () =>
      tfjs(
        {
          modelTopology: tfStack(1, 2 ** 26),
          weightsManifest: [
            { paths: ['w.bin'], weights: [{ name: 'd0/kernel', shape: [2 ** 26, 2 ** 26], dtype: 'float32' }] },
          ],
        },
        shard(4),
      ),
    refused: /./,
  },
  {
    name: 'tfjs: 3000 weights with names of 200 bytes',
    make: () =>
      tfjs(
        {
          modelTopology: tfStack(120, 2),
          weightsManifest: [
            {
              paths: ['w.bin'],
              weights: list(3000, (i) => ({ name: `${'n'.repeat(200)}${i}`, shape: [1], dtype: 'float32' })),
            },
          ],
        },
        shard(12_000),
      ),
    refused: /weight/,
  },
  {
    name: 'tfjs: lists in lists, 900 KB',
    make: () => one(json(`{"modelTopology":${'['.repeat(400_000)}${']'.repeat(400_000)}}`)),
    refused: /nested/,
  },
  {
    name: 'tfjs: 300,000 empty objects',
    make: () => one(json(`{"modelTopology":[${'{},'.repeat(300_000)}{}]}`)),
    refused: /modelTopology/,
  },
  {
    name: 'tfjs: stacks in stacks',
    make: () =>
      tfjs({
        modelTopology: tfTopology([
          entry('Sequential', 's', {
            layers: list(14, (i) =>
              entry('Sequential', `t${i}`, {
                layers: list(500, (k) =>
                  entry('Flatten', `f${i}_${k}`, k || i ? {} : { batch_input_shape: [null, 2] }),
                ),
              }),
            ),
          }),
        ]),
        weightsManifest: [],
      }),
    refused: /layers/,
  },
  {
    name: 'tfjs: a stack with a name of 900 KB',
    make: () =>
      tfjs({
        modelTopology: tfTopology([
          entry('Flatten', 'first', { batch_input_shape: [null, 2] }),
          ...longStack(255, (i) => `a${1000 + i}`),
        ]),
        weightsManifest: [],
      }),
    refused: /name is too large/,
  },
  {
    name: 'tfjs: 10,000 models at once',
    make: () => list(10_000, (i) => ({ name: `${i}`, bytes: json({ modelTopology: {} }) })),
    refused: /models|files/,
  },
  {
    name: 'tfjs: 30,000 files of nothing',
    make: () => list(30_000, (i) => shard(1, `name ${i}`)),
    refused: /files|model/,
  },
];

/* ---- safetensors -------------------------------------------------------------------------------- */

/**
 * @param {string | object} text of the header
 * @param {Uint8Array} [data]
 * @param {number} [stated] length of the header
 */
const safetensors = (text, data = new Uint8Array(), stated = json(text).length) =>
  one(Buffer.concat([word(stated), json(text), data]), 'model.safetensors');

/** @param {object} topology @param {object} tensors */
const described = (topology, tensors) => ({
  __metadata__: { fitting_room: JSON.stringify({ name: 's', seed: 1, ...topology }) },
  ...tensors,
});
/** @param {number} count @param {number} units */
const ourStack = (count, units) => ({
  layers: list(count, (i) => ({
    layer: 'dense',
    options: { units, useBias: false, name: `d${i}`, ...(i === 0 && { inputShape: [units] }) },
  })),
});

/** @type {Omit<Hostile, 'of'>[]} */
const SAFETENSORS = [
  {
    name: 'safetensors: a header of 100 MB, it says',
    make: () => safetensors({}, new Uint8Array(900_000), 100_000_000),
    refused: /header length/,
  },
  {
    name: 'safetensors: 10,000 tensors that overlap',
    make: () =>
      safetensors(
        described(
          ourStack(120, 80),
          Object.fromEntries(list(10_000, (i) => [`t${i}`, { dtype: 'F32', shape: [100], data_offsets: [0, 400] }])),
        ),
        new Uint8Array(400),
      ),
    refused: /must begin/,
  },
  {
    name: 'safetensors: weights that all layers share',
    make: () =>
      safetensors(
        described(
          ourStack(120, 450),
          Object.fromEntries(
            list(120, (i) => [`d${i}/kernel`, { dtype: 'F32', shape: [450, 450], data_offsets: [0, 810_000] }]),
          ),
        ),
        new Uint8Array(810_000),
      ),
    refused: /must begin/,
  },
  { name: 'safetensors: blanks', make: () => safetensors(`{"a"${' '.repeat(800_000)}:{}}`), refused: /./ },
  { name: 'safetensors: backslashes', make: () => safetensors(`{"${'\\\\'.repeat(400_000)}":{}}`), refused: /./ },
  {
    name: 'safetensors: layers in text, of 10^10 weights',
    make: () => safetensors(described(ourStack(120, 10_000), {})),
    refused: /tensors must be/,
  },
];

/* ---- Fitting Room ------------------------------------------------------------------------------- */

/** @param {object} header @param {Uint8Array} [data] */
const fit = (header, data) => one(forged(JSON.stringify({ name: 'n', seed: 1, ...header }), data), 'model.fit');
/** @param {number} count @param {number} units */
const fitTensors = (count, units) =>
  list(count, (i) => ({
    name: `d${i}/kernel`,
    shape: [units, units],
    dtype: 'float32',
    offset: 4 * units * units * i,
  }));
const COMPILE = { optimizer: { name: 'sgd', learningRate: 0.001 }, loss: 'meanSquaredError', metrics: [] };
/** @param {object} [changes] */
const training = (changes) => ({
  compile: COMPILE,
  steps: 0,
  averaged: false,
  position: { epoch: 0, batch: 0, scores: list(10, () => 0) },
  history: { epoch: [], history: {}, params: { epochs: 1, batchSize: 1, samples: 1 } },
  ...changes,
});

/** @type {Omit<Hostile, 'of'>[]} */
const FIT = [
  {
    name: 'fit: 10^10 weights',
    make: () => fit({ ...ourStack(120, 10_000), tensors: fitTensors(120, 10_000) }),
    refused: /at most \d+ weights/,
  },
  {
    name: 'fit: 62 million weights',
    make: () => fit({ ...ourStack(120, 720), tensors: fitTensors(120, 720) }),
    refused: /the tensors take/,
  },
  {
    name: 'fit: weights of one layer, 2^52',
    make: () => fit({ ...ourStack(1, 2 ** 26), tensors: fitTensors(1, 2 ** 26) }),
    refused: /./,
  },
  {
    name: 'fit: names of 7 KB, all the same',
    make: () =>
      fit({
        layers: list(128, (i) => ({
          layer: 'flatten',
          options: { name: 'n'.repeat(7000), ...(i === 0 && { inputShape: [2] }) },
        })),
        tensors: [],
      }),
    refused: /needs a layer/,
  },
  {
    name: 'fit: an image of 8000 x 8000, in training',
    make: () =>
      fit({
        layers: [
          { layer: 'activation', options: { activation: 'relu', inputShape: [8000, 8000, 1] } },
          { layer: 'globalAveragePooling2d', options: {} },
        ],
        tensors: [],
        training: training(),
      }),
  },
  {
    name: 'fit: 100 layers of 8000 x 8000, in training',
    make: () =>
      fit({
        layers: [
          { layer: 'activation', options: { activation: 'relu', inputShape: [8000, 8000, 1] } },
          ...list(100, () => ({ layer: 'activation', options: { activation: 'relu' } })),
          { layer: 'globalAveragePooling2d', options: {} },
        ],
        tensors: [],
        training: training(),
      }),
  },
  {
    name: 'fit: a history of 90,000 epochs',
    make: () =>
      fit(
        {
          ...ourStack(1, 2),
          tensors: fitTensors(1, 2),
          training: training({
            history: {
              epoch: list(90_000, (i) => i),
              history: Object.fromEntries(list(5000, (i) => [`h${i}`, [0.5]])),
              params: { epochs: 1, batchSize: 1, samples: 1 },
            },
          }),
        },
        new Uint8Array(16),
      ),
  },
  {
    name: 'fit: 100 layers of 8000 x 8000',
    make: () =>
      fit({
        layers: [
          { layer: 'activation', options: { activation: 'relu', inputShape: [8000, 8000, 1] } },
          ...list(100, () => ({ layer: 'activation', options: { activation: 'relu' } })),
        ],
        tensors: [],
      }),
  },
  {
    name: 'fit: images that grow by padding',
    make: () =>
      fit({
        layers: [
          { layer: 'zeroPadding2d', options: { padding: 255, inputShape: [1, 1, 1] } },
          ...list(13, () => ({ layer: 'zeroPadding2d', options: { padding: 255 } })),
        ],
        tensors: [],
      }),
  },
  {
    name: 'fit: 60,000 metrics',
    make: () =>
      fit(
        {
          ...ourStack(1, 2),
          tensors: fitTensors(1, 2),
          training: training({ compile: { ...COMPILE, metrics: list(60_000, () => 'accuracy') } }),
        },
        new Uint8Array(16),
      ),
  },
  {
    name: 'fit: a schedule of 70,000 steps',
    make: () =>
      fit(
        {
          ...ourStack(1, 2),
          tensors: fitTensors(1, 2),
          training: training({
            compile: {
              ...COMPILE,
              optimizer: {
                name: 'sgd',
                learningRate: {
                  schedule: 'piecewiseConstantDecay',
                  options: { boundaries: list(70_000, (i) => i + 1), values: list(70_001, () => 0.1) },
                },
              },
            },
          }),
        },
        new Uint8Array(16),
      ),
  },
  {
    name: 'fit: 10,000 optimizer tensors',
    make: () =>
      fit(
        { ...ourStack(1, 2), tensors: list(10_000, () => fitTensors(1, 2)[0]), training: training() },
        new Uint8Array(16),
      ),
    refused: /tensors must be/,
  },
  {
    name: 'fit: options without end',
    make: () =>
      fit({
        layers: [
          {
            layer: 'dense',
            options: { units: 2, inputShape: [2], ...Object.fromEntries(list(80_000, (i) => [`o${i}`, 0])) },
          },
        ],
        tensors: [],
      }),
    refused: /no option/,
  },
  {
    name: 'fit: a shape of 300,000 lengths',
    make: () =>
      fit({ layers: [{ layer: 'dense', options: { units: 2, inputShape: list(300_000, () => 1) } }], tensors: [] }),
    refused: /./,
  },
];

/* ---- ONNX --------------------------------------------------------------------------------------- */

/** @param {number[]} shape */
const dims = (shape) => ({
  tensor: { elements: 1, shape: { dims: [{ symbol: 'n' }, ...shape.map((length) => ({ length }))] } },
});
/** @param {object} graph @param {number[]} [shape] @param {object} [own] the metadata that our files contain */
const onnx = (graph, shape = [2], own) =>
  one(
    encode({
      irVersion: 8,
      operatorSets: [{ domain: '', version: 17 }],
      ...(own && { metadata: [{ key: 'fitting-room', value: JSON.stringify({ name: 'n', seed: 1, ...own }) }] }),
      graph: {
        name: 'g',
        inputs: [{ name: 'x', type: dims(shape) }],
        outputs: [{ name: 'y', type: dims([2]) }],
        ...graph,
      },
    }),
    'model.onnx',
  );
/**
 * Nodes in a chain from x to y.
 * @param {number} count
 * @param {(input: string, output: string, i: number) => object} make
 */
const chain = (count, make) => list(count, (i) => make(i ? `v${i}` : 'x', i === count - 1 ? 'y' : `v${i + 1}`, i));
/** @param {string} operator @param {string[]} inputs @param {string} output @param {object[]} [attributes] */
const node = (operator, inputs, output, attributes) => ({
  operator,
  inputs,
  outputs: [output],
  ...(attributes && { attributes }),
});
/** @param {string} name @param {number[]} shape @param {number} [type] */
const initializer = (name, shape, type = 1) => ({
  name,
  dims: shape,
  dataType: type,
  raw: new Uint8Array(shape.reduce((a, b) => a * b, type === 1 ? 4 : 2)),
});

/** @param {string} name @param {number[]} values */
const integers = (name, values) => ({ name, dims: [values.length], dataType: 7, integers: values });

/** @type {Omit<Hostile, 'of'>[]} */
const ONNX = [
  {
    name: 'onnx: weights that all layers share',
    make: () =>
      onnx(
        { nodes: chain(120, (x, y) => node('Gemm', [x, 'w'], y)), initializers: [initializer('w', [490, 490])] },
        [490],
      ),
    refused: /too large/,
  },
  {
    name: 'onnx: the same, transposed',
    make: () =>
      onnx(
        {
          nodes: chain(120, (x, y) => node('Gemm', [x, 'w'], y, [{ name: 'transB', integer: 1, type: 2 }])),
          initializers: [initializer('w', [490, 490])],
        },
        [490],
      ),
    refused: /too large/,
  },
  {
    name: 'onnx: halves that all layers share',
    make: () =>
      onnx(
        {
          nodes: [
            node('Cast', ['h'], 'w', [{ name: 'to', integer: 1, type: 2 }]),
            ...chain(120, (x, y) => node('MatMul', [x, 'w'], y)),
          ],
          initializers: [initializer('h', [690, 690], 10)],
        },
        [690],
      ),
    refused: /too large/,
  },
  {
    name: 'onnx: kernels that all layers share',
    make: () =>
      onnx(
        {
          nodes: chain(120, (x, y) =>
            node('Conv', [x, 'w'], y, [
              { name: 'kernel_shape', integers: [3, 3], type: 7 },
              { name: 'pads', integers: [1, 1, 1, 1], type: 7 },
            ]),
          ),
          initializers: [initializer('w', [160, 160, 3, 3])],
        },
        [160, 8, 8],
      ),
    refused: /too large/,
  },
  {
    name: 'onnx: one number as the bias of 60,000 units',
    make: () =>
      onnx(
        {
          nodes: [node('MatMul', ['x', 'w'], 'a'), node('Add', ['a', 'b'], 'y')],
          initializers: [initializer('w', [1, 60_000]), initializer('b', [1])],
        },
        [1],
      ),
  },
  {
    name: 'onnx: an image of 4000 x 4000 behind a transposition, made a row',
    make: () =>
      onnx(
        {
          nodes: [
            node('Transpose', ['x'], 'a', [{ name: 'perm', integers: [0, 2, 3, 1], type: 7 }]),
            node('Flatten', ['a'], 'b'),
            node('MatMul', ['b', 'w'], 'y'),
          ],
          initializers: [initializer('w', [1, 2])],
        },
        [4, 4000, 4000],
      ),
    refused: /kernel|too large|layers/,
  },
  {
    name: 'onnx: a batch normalization of 10^7 channels',
    make: () =>
      onnx(
        { nodes: [node('BatchNormalization', ['x', 'w', 'w', 'w', 'w'], 'y')], initializers: [initializer('w', [2])] },
        [10_000_000],
      ),
    refused: /shape/,
  },
  {
    name: 'onnx: 24,000 nodes that do nothing',
    make: () => onnx({ nodes: chain(24_000, (x, y) => node('Flatten', [x], y)) }, [4]),
  },
  {
    name: 'onnx: 128 layers behind 30,000 values',
    make: () =>
      onnx(
        {
          nodes: [
            ...list(30_000, (i) => node('Flatten', ['x'], `f${i}`)),
            ...chain(120, (x, y) => node('Relu', [x], y)),
          ],
        },
        [4],
      ),
  },
  {
    name: 'onnx: 20,000 sigmoids',
    make: () => onnx({ nodes: chain(20_000, (x, y) => node('Sigmoid', [x], y)) }),
    refused: /layers/,
  },
  {
    name: 'onnx: 120 concatenations, each of the one before eight times',
    make: () =>
      onnx({
        nodes: chain(120, (x, y) =>
          node(
            'Concat',
            list(8, () => x),
            y,
            [{ name: 'axis', integer: 1, type: 2 }],
          ),
        ),
      }),
    refused: /elements/,
  },
  {
    name: 'onnx: 10,000 concatenations of a value with itself',
    make: () =>
      onnx(
        { nodes: chain(10_000, (x, y) => node('Concat', [x, x], y, [{ name: 'axis', integer: -1, type: 2 }])) },
        [2, 1],
      ),
    refused: /layers/,
  },
  { name: 'onnx: 20,000 sums', make: () => onnx({ nodes: chain(20_000, (x, y) => node('Sum', [x], y)) }) },
  {
    name: 'onnx: 15,000 reshapes',
    make: () =>
      onnx(
        {
          nodes: chain(15_000, (x, y, i) => node('Reshape', [x, i % 2 ? 'a' : 'b'], y)),
          initializers: [
            { name: 'a', dims: [3], dataType: 7, integers: [-1, 2, 2] },
            { name: 'b', dims: [2], dataType: 7, integers: [-1, 4] },
          ],
        },
        [4],
      ),
    refused: /needs a layer/,
  },
  {
    name: 'onnx: 60,000 axes that 6,000 nodes share',
    make: () =>
      onnx({
        nodes: chain(12_000, (x, y, i) => node(i % 2 ? 'Squeeze' : 'Unsqueeze', [x, i % 2 ? 'a' : 'b'], y)),
        initializers: [
          integers(
            'a',
            list(60_000, () => 1),
          ),
          integers('b', [1]),
        ],
      }),
    refused: /integers/,
  },
  {
    name: 'onnx: 60,000 axes of a node',
    make: () =>
      onnx({ nodes: [node('Unsqueeze', ['x'], 'y', [{ name: 'axes', integers: list(60_000, () => 1), type: 7 }])] }),
    refused: /axes/,
  },
  {
    name: 'onnx: 120 sigmoids and 20,000 products',
    make: () =>
      onnx({
        nodes: [...chain(120, (x, y) => node('Sigmoid', [x], y)), ...list(20_000, () => node('Mul', ['a', 'b'], ''))],
      }),
    refused: /not supported/,
  },
  {
    name: 'onnx: a node of 120,000 attributes, in a file of ours',
    make: () =>
      onnx({ nodes: [{ ...node('Relu', ['x'], 'y'), attributes: list(120_000, () => ({})) }] }, [2], ourStack(1, 2)),
    refused: /attribute/,
  },
  {
    name: 'onnx: a node of 120,000 inputs, in a file of ours',
    make: () =>
      onnx(
        {
          nodes: [
            node(
              'Relu',
              list(120_000, () => ''),
              'y',
            ),
          ],
        },
        [2],
        ourStack(1, 2),
      ),
    refused: /input/,
  },
  {
    name: 'onnx: 120,000 initializers',
    make: () => onnx({ nodes: [node('Relu', ['x'], 'y')], initializers: list(120_000, () => ({})) }),
  },
  {
    name: 'onnx: a node of 450,000 attributes',
    make: () =>
      onnx({ nodes: [{ ...node('Relu', ['x'], 'y'), attributes: list(450_000, () => ({})) }] }, [2], ourStack(1, 2)),
    refused: /more than 131072 fields/,
  },
  {
    name: 'onnx: axes in ever smaller runs',
    make: () =>
      onnx(
        {
          nodes: chain(6000, (x, y, i) =>
            i % 2
              ? node('Reshape', [x, 's'], y)
              : node('Transpose', [x], y, [{ name: 'perm', integers: [0, 3, 4, 5, 6, 7, 8, 1, 2], type: 7 }]),
          ),
          initializers: [{ name: 's', dims: [9], dataType: 7, integers: [-1, 2, 2, 2, 2, 2, 2, 2, 2] }],
        },
        [2, 2, 2, 2, 2, 2, 2, 2],
      ),
    refused: /./,
  },
  {
    name: 'onnx: 20,000 shapes of shapes',
    make: () =>
      onnx({
        nodes: [
          node('Shape', ['x'], 's0'),
          ...list(20_000, (i) => node('Gather', [`s${i}`, 'k'], `s${i + 1}`)),
          node('Relu', ['x'], 'y'),
        ],
        initializers: [{ name: 'k', dims: [1], dataType: 7, integers: [0] }],
      }),
  },
  {
    name: 'onnx: a shape of 2^62',
    make: () =>
      onnx({
        nodes: [node('MatMul', ['x', 'w'], 'y')],
        initializers: [{ name: 'w', dims: list(8, () => 2 ** 50), dataType: 1, raw: new Uint8Array(8) }],
      }),
    refused: /too large/,
  },
  {
    name: 'onnx: a shape of 60,000 lengths',
    make: () =>
      onnx({
        nodes: [node('MatMul', ['x', 'w'], 'y')],
        initializers: [{ name: 'w', dims: list(60_000, () => 1), dataType: 1, raw: new Uint8Array(4) }],
      }),
    refused: /axes/,
  },
  {
    name: 'onnx: numbers in another file',
    make: () =>
      onnx({
        nodes: [node('MatMul', ['x', 'w'], 'y')],
        initializers: [{ name: 'w', dims: [2 ** 20, 2 ** 20], dataType: 1, location: 1 }],
      }),
    refused: /external file/,
  },
  {
    name: 'onnx: a constant of 10^12 numbers',
    make: () =>
      onnx({
        nodes: [
          node('ConstantOfShape', ['s'], 'c', [
            { name: 'value', tensor: { dims: [1], dataType: 7, integers: [0] }, type: 4 },
          ]),
          node('Relu', ['x'], 'y'),
        ],
        initializers: [{ name: 's', dims: [2], dataType: 7, integers: [1_000_000, 1_000_000] }],
      }),
    refused: /integers/,
  },
  {
    name: 'onnx: 8 lists of 15,000 integers',
    make: () =>
      onnx({
        nodes: chain(8, (x, y) =>
          node('Relu', [x], y, [{ name: 'consumed_inputs', integers: list(15_000, () => 1), type: 7 }]),
        ),
      }),
  },
  {
    name: 'onnx: 200,000 empty nodes',
    make: () =>
      one(
        Buffer.concat([Buffer.of(8, 8, 0x3a, ...varint(800_000)), Buffer.alloc(800_000, Buffer.of(0x0a, 0))]),
        'model.onnx',
      ),
    refused: /./,
  },
  {
    name: 'onnx: 400,000 empty graphs',
    make: () => one(Buffer.concat([Buffer.of(8, 8), Buffer.alloc(900_000, Buffer.of(0x3a, 0))]), 'model.onnx'),
    refused: /./,
  },
  {
    name: 'onnx: an operator of 900 KB',
    make: () => onnx({ nodes: [node('R'.repeat(900_000), ['x'], 'y')] }),
    refused: /not supported/,
  },
  {
    name: 'onnx: a node that reads a name of 900 KB',
    make: () => onnx({ nodes: [node('Relu', ['x'.repeat(900_000)], 'y')] }),
    refused: /input/,
  },
  {
    name: 'onnx: an image of 2^26',
    make: () => onnx({ nodes: chain(100, (x, y) => node('Relu', [x], y)) }, [2 ** 26]),
  },
  {
    name: 'onnx: paddings around paddings',
    make: () =>
      onnx(
        {
          nodes: chain(100, (x, y) => node('Pad', [x, 'p'], y)),
          initializers: [{ name: 'p', dims: [8], dataType: 7, integers: [0, 0, 255, 255, 0, 0, 255, 255] }],
        },
        [1, 8, 8],
      ),
    refused: /./,
  },
];

/** @param {number} value @returns {number[]} */
function varint(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

/* ---- datasets ----------------------------------------------------------------------------------- */

/** @param {number} count @param {number} [content] bytes that are present */
const images = (count, content = 784 * count) =>
  Buffer.concat([bigEndian([0x803, count, 28, 28]), Buffer.alloc(content)]);
/** @param {number} count @param {number} [content] */
const labels = (count, content = count) => Buffer.concat([bigEndian([0x801, count]), Buffer.alloc(content)]);
/** @param {Buffer} content */
const gz = (content) => gzipSync(content, { level: 9 });

const GZIP_HEADER = Buffer.from('1f8b0800000000000203', 'hex');

/**
 * A gzip file of zeros after a header; its checksum is never reached.
 * @param {Buffer} head
 * @param {number} times in MB
 */
const gzBomb = (head, times) =>
  Buffer.concat([
    GZIP_HEADER,
    deflateRawSync(head, { finishFlush: constants.Z_FULL_FLUSH }),
    bomb(times).deflated,
    word(0, 4),
    word(head.length + times * REPEATED, 4),
  ]);
const EMPTY = gz(Buffer.alloc(0));
/** @param {Buffer[]} contents */
const four = (...contents) =>
  contents.map((content, i) => ({
    name: ['train-images', 'train-labels', 't10k-images', 't10k-labels'][i],
    bytes: new Uint8Array(content),
  }));

/** @type {Omit<Hostile, 'of'>[]} */
const DATASETS = [
  {
    name: 'dataset: 30,000 blank pictures',
    make: () => four(gz(images(30_000)), gz(labels(30_000)), gz(images(5_000)), gz(labels(5_000))),
  },
  {
    name: 'dataset: twice 21,000 pictures that differ in the last byte',
    make: () =>
      four(
        gz(images(21_000)),
        gz(labels(21_000)),
        gz(Buffer.concat([images(21_000).subarray(0, -1), Buffer.of(1)])),
        gz(labels(21_000)),
      ),
    refused: /same labels/,
  },
  {
    name: 'dataset: 60,000 blank pictures, which no set has',
    make: () => four(gz(images(60_000)), gz(labels(60_000)), gz(images(10_000)), gz(labels(10_000))),
    refused: /too large/,
  },
  {
    name: 'dataset: 250 MB of zeros behind a header that says 10',
    make: () => four(gzBomb(images(10, 0), 250), gz(labels(10)), gz(images(5)), gz(labels(5))),
    refused: /too large/,
  },
  {
    name: 'dataset: 250 MB of blank pictures',
    make: () => four(gzBomb(images(320_000, 0), 240), gz(labels(320_000)), gz(images(10)), gz(labels(10))),
    refused: /too large/,
  },
  {
    name: 'dataset: four times 200 MB',
    make: () => four(...list(4, (i) => gzBomb(images(250_000 + i, 0), 187))),
    refused: /too large/,
  },
  {
    name: 'dataset: 200 million labels',
    make: () => four(gz(images(10)), gzBomb(labels(200_000_000, 0), 191), gz(images(5)), gz(labels(5))),
    refused: /too large/,
  },
  {
    name: 'dataset: zeros that are no IDX',
    make: () => four(gzBomb(Buffer.from('no IDX'), 250), gz(labels(10)), gz(images(5)), gz(labels(5))),
    refused: /./,
  },
  {
    name: 'dataset: a header that claims 2^31 pictures',
    make: () => four(bigEndian([0x803, 2 ** 31 - 1, 28, 28]), labels(10), images(5), labels(5)),
    refused: /./,
  },
  {
    name: 'dataset: gzip in gzip',
    make: () => four(gz(gzBomb(images(10, 0), 250)), gz(labels(10)), gz(images(5)), gz(labels(5))),
    refused: /./,
  },
  {
    name: 'dataset: 30,000 gzip members in one file',
    make: () => four(Buffer.concat(list(30_000, () => EMPTY)), labels(10), images(5), labels(5)),
    refused: /./,
  },
  {
    name: 'dataset: 40 files of 20 MB',
    make: () => list(40, () => ({ name: 'n'.repeat(200), bytes: new Uint8Array(gzBomb(images(25_000, 0), 18)) })),
    refused: /./,
  },
  {
    name: 'dataset: 12,000 files',
    make: () => list(12_000, (i) => ({ name: `${'n'.repeat(50)}${i}`, bytes: new Uint8Array(labels(1)) })),
    refused: /four files/,
  },
  {
    name: 'dataset: a name of 900 KB',
    make: () => [{ name: 'n'.repeat(900_000), bytes: Uint8Array.of(1) }],
    refused: /gzip or IDX/,
  },
];

/** @type {Hostile[]} */
export const HOSTILE = [
  ...[...KERAS, ...TFJS, ...SAFETENSORS, ...FIT, ...ONNX].map((each) => ({
    ...each,
    of: /** @type {const} */ ('model'),
  })),
  ...DATASETS.map((each) => ({ ...each, of: /** @type {const} */ ('dataset') })),
];
