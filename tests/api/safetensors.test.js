import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import fc from 'fast-check';
import {
  FittingRoomError,
  Model,
  Sequential,
  exportModel,
  importModel,
  layers,
  model,
  sequential,
} from '../../shim/index.js';
import { fromHalf, toHalf } from '../../shim/formats/float16.js';
import { useBuild } from '../../shim/core/loading.js';
import { everyKind, residual } from './sample-models.js';
import { BUILDS, smallData } from './support.js';

/** @import { NamedFile } from '../../shim/formats/described.js' */

before(() => useBuild(...BUILDS[0]));

/** By the format's description, without any of our code. @param {Uint8Array} file */
function parsed(file) {
  const buffer = Buffer.from(file);
  const length = Number(buffer.readBigUInt64LE(0));
  const text = buffer.toString('utf8', 8, 8 + length);
  return { length, text, header: JSON.parse(text), data: buffer.subarray(8 + length) };
}

/** @param {string | Uint8Array} text of the header @param {Uint8Array} data @returns {NamedFile[]} */
function forged(text, data) {
  const header = Buffer.from(text);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return [{ name: 'model.safetensors', bytes: Uint8Array.from(Buffer.concat([length, header, data])) }];
}

/** Of two inputs and two units. @param {{ dtype?: string }} [options] */
async function smallFile(options) {
  const made = await sequential({
    layers: [layers.dense({ inputShape: [2], units: 2, name: 'one' }), layers.dense({ units: 1, name: 'two' })],
    seed: 5,
    name: 'tiny',
  });
  made.setWeights(
    [[2, 2], [2], [2, 1], [1]].map((shape, i) => ({
      shape,
      data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, at) => i + at / 8),
    })),
  );
  const [file] = await exportModel(made, 'safetensors', options);
  made.dispose();
  return file;
}

/** @param {(header: any) => void} change @param {Uint8Array} [data] */
async function altered(change, data) {
  const { header, data: before } = parsed((await smallFile()).bytes);
  change(header);
  return forged(JSON.stringify(header), data ?? before);
}

test('safetensors: the file is laid out as its description has it', async () => {
  for (const [dtype, name, size] of /** @type {const} */ ([
    ['float32', 'F32', 4],
    ['float16', 'F16', 2],
  ])) {
    const file = await smallFile({ dtype });
    assert.equal(file.name, 'model.safetensors');
    const { length, text, header, data } = parsed(file.bytes);
    assert.deepEqual([length % 8, text[0], text.trimEnd().at(-1)], [0, '{', '}']);
    const { __metadata__: metadata, ...tensors } = header;
    assert.ok(Object.values(metadata).every((value) => typeof value === 'string'));
    assert.deepEqual(Object.keys(tensors).sort(), ['one/bias', 'one/kernel', 'two/bias', 'two/kernel']);
    const spans = Object.values(tensors)
      .map((tensor) => tensor.data_offsets)
      .sort((a, b) => a[0] - b[0]);
    spans.forEach(([begin], i) => assert.equal(begin, i ? spans[i - 1][1] : 0));
    assert.equal(spans.at(-1)[1], data.length);
    const {
      dtype: kind,
      shape,
      data_offsets: [begin, end],
    } = tensors['one/kernel'];
    assert.deepEqual([kind, shape, end - begin, begin % size], [name, [2, 2], 4 * size, 0]);
    const numbers = [0, 1, 2, 3].map((i) =>
      dtype === 'float32' ? data.readFloatLE(begin + 4 * i) : fromHalf(data.readUInt16LE(begin + 2 * i)),
    );
    assert.deepEqual(numbers, [0, 0.125, 0.25, 0.375]);
    const bias = tensors['one/bias'];
    assert.deepEqual([bias.dtype, data.readFloatLE(bias.data_offsets[0] + 4)], ['F32', 1.125]);
  }
});

for (const [what, make, Kind] of /** @type {const} */ ([
  [
    'a stack of every kind of layer',
    () => sequential({ layers: everyKind(), seed: 77, name: 'every kind' }),
    Sequential,
  ],
  ['a graph', () => model(residual()), Model],
])) {
  test(`safetensors: ${what} comes back bit for bit, as halves with its kernels rounded`, async () => {
    const made = await make();
    made.metadata = { classNames: ['a', '长袖'], seen: 3 };
    const back = await importModel(await exportModel(made, 'safetensors'));
    assert.equal(back.constructor, Kind);
    assert.deepEqual(
      [back.name, back.seed, back.metadata, back.layers],
      [made.name, made.seed, made.metadata, made.layers],
    );
    assert.deepEqual(back.getWeights(), made.getWeights());
    const { x } = smallData(9);
    assert.deepEqual(await back.predict(x), await made.predict(x));
    assert.deepEqual(await back.save(), await made.save());
    const halves = await importModel((await exportModel(made, 'safetensors', { dtype: 'float16' }))[0].bytes);
    made
      .getWeights()
      .forEach(({ shape, data }, i) =>
        assert.deepEqual(
          halves.getWeights()[i].data,
          shape.length > 1 ? data.map((value) => fromHalf(toHalf(value))) : data,
        ),
      );
    for (const each of [made, back, halves]) each.dispose();
  });
}

test('safetensors: in any order, and with spaces in its header', async () => {
  const { header, data } = parsed((await smallFile()).bytes);
  const turned = Object.fromEntries(Object.entries(header).reverse());
  const made = await importModel(forged(`${JSON.stringify(turned, null, 2)}   `, data));
  assert.deepEqual(
    made.getWeights().map((weight) => weight.data[0]),
    [0, 1, 2, 3],
  );
});

test('safetensors: what breaks a rule is refused, with the rule', async () => {
  /** @type {[(header: any) => void, RegExp | string][]} */
  const lies = [
    [
      (h) => {
        delete h.__metadata__;
      },
      'model file: model.safetensors: it has tensors, but __metadata__.fitting_room, which describes the ' +
        'layers, is missing; only files written by exportModel can be read',
    ],
    [
      (h) => {
        h.__metadata__ = { format: 'pt' };
      },
      /__metadata__.fitting_room, which describes the layers, is missing/,
    ],
    [
      (h) => {
        h.__metadata__ = 'pt';
      },
      /__metadata__ must be an object, got "pt"/,
    ],
    [
      (h) => {
        h.__metadata__.fitting_room = {};
      },
      /__metadata__.fitting_room must be a string, got Object/,
    ],
    [
      (h) => {
        h.__metadata__.fitting_room = '{';
      },
      /__metadata__.fitting_room is not JSON in UTF-8/,
    ],
    [
      (h) => {
        h.__metadata__.fitting_room = '{"name": "a", "seed": 1, "layers": [{ "layer": "lambda" }]}';
      },
      /layer 0: there is no kind of layer "lambda"/,
    ],
    [
      (h) => {
        h.__metadata__.fitting_room = '{"name": "a", "seed": 1, "__proto__": {}}';
      },
      /has a key '__proto__'/,
    ],
    [
      (h) => {
        h['one/bias'].data_offsets[0] += 4;
      },
      /tensor "one\/bias": data_offsets must be \[begin, begin \+ 8\], as F32 of shape \[2\] needs, got \[20, 24\]/,
    ],
    [
      (h) => {
        h['one/bias'].data_offsets = [20, 28];
      },
      /tensor "one\/bias" must begin at byte 16 of the data, where the one before it ends, got 20/,
    ],
    [
      (h) => {
        h['one/bias'].data_offsets = [12, 20];
      },
      /tensor "one\/bias" must begin at byte 16 of the data, where the one before it ends, got 12/,
    ],
    [
      (h) => {
        h['one/bias'].data_offsets = [-8, 0];
      },
      /data_offsets must be/,
    ],
    [
      (h) => {
        h['one/bias'].data_offsets = [16.5, 24.5];
      },
      /data_offsets must be/,
    ],
    [
      (h) => {
        h['one/bias'].data_offsets = '16';
      },
      /data_offsets must be .* got "16"/,
    ],
    [
      (h) => {
        h['one/bias'].shape = [2 ** 26, 2 ** 26, 2 ** 26];
      },
      /data_offsets must be \[begin, begin \+ \d/,
    ],
    [
      (h) => {
        h['one/bias'].shape = [-2];
      },
      /shape must be lengths of 1..67108864, got \[-2\]/,
    ],
    [
      (h) => {
        h['one/bias'].shape = Array(9).fill(1);
      },
      /shape must be an array of at most 8, got 9/,
    ],
    [
      (h) => {
        h['one/bias'].dtype = 'BF16';
      },
      /tensor "one\/bias": dtype must be one of F32, F16, got "BF16"/,
    ],
    [
      (h) => {
        h['one/bias'].dtype = 'toString';
      },
      /dtype must be one of F32, F16/,
    ],
    [
      (h) => {
        h['one/bias'] = null;
      },
      /tensor "one\/bias" must be an object, got null/,
    ],
    [
      (h) => {
        delete h['two/bias'];
      },
      /the tensors take 32 bytes, the file has 36 for them/,
    ],
    [
      (h) => {
        h['two/other'] = h['two/bias'];
        delete h['two/bias'];
      },
      /there is no tensor "two\/bias"/,
    ],
    [
      (h) => {
        h['three/bias'] = { dtype: 'F32', shape: [1], data_offsets: [36, 40] };
      },
      /the tensors take 40 bytes, the file has 36 for them/,
    ],
    [
      (h) => {
        h['one/kernel'].shape = [4, 1];
      },
      'model file: tensor 0 (one/kernel) must have shape [2, 2], got [4, 1]',
    ],
  ];
  for (const [change, message] of lies)
    await assert.rejects(
      altered(change).then(importModel),
      { name: 'FittingRoomError', code: 'bad-data', message },
      String(message),
    );
  const { text, header, data } = parsed((await smallFile()).bytes);
  header['three/bias'] = { dtype: 'F32', shape: [1], data_offsets: [36, 40] };
  await assert.rejects(
    importModel(forged(JSON.stringify(header), Buffer.concat([data, Buffer.alloc(4)]))),
    /tensors must be 4, as the layers have them, got 5/,
  );
  const twice = text.trimEnd().replace(/\}$/, `,"one\\/bias":${JSON.stringify(header['one/bias'])}}`);
  await assert.rejects(importModel(forged(twice, data)), {
    message: 'model file: model.safetensors: the header has the key "one/bias" twice',
    code: 'bad-data',
  });
  await assert.rejects(
    importModel(forged(text.replace('"dtype"', '"dtype":"F32","dtype"'), data)),
    /the header has the key "dtype" twice/,
  );
  await assert.rejects(importModel(forged(text.replace('"F32"', '"F\u{dc00}"'), data)), { name: 'FittingRoomError' });
  const long = forged(text, data)[0].bytes;
  new DataView(long.buffer).setUint32(0, 2 ** 30, true);
  await assert.rejects(importModel(long), /byte 0: header length 1073741824 must be at most \d+/);
  await assert.rejects(
    importModel(forged(`{"a": "${' '.repeat(2 ** 22)}"}`, data)),
    /byte 0: header length 4194313 must be at most 4194304/,
  );
  await assert.rejects(
    importModel(forged(`{"a": ${'['.repeat(40)}${']'.repeat(40)}}`, data)),
    /the header is nested deeper than 32 levels/,
  );
  const half = await smallFile({ dtype: 'float16' });
  const { header: halved } = parsed(half.bytes);
  const infinite = half.bytes.slice();
  new DataView(infinite.buffer).setUint16(
    8 + parsed(half.bytes).length + halved['one/kernel'].data_offsets[0] + 2,
    0x7c00,
    true,
  );
  await assert.rejects(importModel(infinite), /model file: one\/kernel: number 1 is not finite/);
  const made = await importModel(half.bytes);
  await assert.rejects(exportModel(made, 'safetensors', { dtype: 'int8' }), {
    message: 'exportModel: dtype must be one of float32, float16, got "int8"',
  });
});

const RUNS = Number(process.env.FC_RUNS ?? 300);
const SEED = Number(process.env.FC_SEED ?? 30);

/** @param {any} source */
const readsOrRefuses = (source) =>
  importModel(source).then(
    (made) => made.dispose(),
    (error) => {
      assert.ok(error instanceof FittingRoomError, error?.stack ?? String(error));
      assert.equal(error.code, 'bad-data', error.message);
    },
  );

test('safetensors: any byte changed or end cut off is refused or reads as a model, and nothing else', async () => {
  const { bytes } = await smallFile();
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at] ^= 1 + (at % 255);
    await readsOrRefuses(changed);
    await assert.rejects(importModel(bytes.slice(0, at)), FittingRoomError);
  }
  await assert.rejects(importModel(Buffer.concat([bytes, Buffer.alloc(1)])), FittingRoomError);
});

test('safetensors: any value of the header replaced, likewise', async () => {
  const { header, data } = parsed((await smallFile()).bytes);
  const paths = Object.entries(header).flatMap(([key, value]) => [
    [key],
    ...Object.keys(value).map((inner) => [key, inner]),
  ]);
  const topology = JSON.parse(header.__metadata__.fitting_room);
  const awkward = fc.constantFrom(
    0,
    -1,
    1e308,
    2 ** 53,
    '__proto__',
    [],
    {},
    null,
    { toString: 1 },
    { constructor: { name: { toString: 1 } } },
  );
  const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), awkward, fc.array(fc.integer(), { maxLength: 4 }));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), value, (path, other) => {
      const changed = structuredClone(header);
      const place = path.length > 1 ? changed[path[0]] : changed;
      place[path[path.length - 1]] = other;
      return readsOrRefuses(forged(JSON.stringify(changed), data));
    }),
    { seed: SEED, numRuns: RUNS },
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(topology)), value, (key, other) => {
      const changed = structuredClone(header);
      changed.__metadata__.fitting_room = JSON.stringify({ ...topology, [key]: other });
      return readsOrRefuses(forged(JSON.stringify(changed), data));
    }),
    { seed: SEED, numRuns: RUNS },
  );
  await fc.assert(
    fc.asyncProperty(fc.json({ maxDepth: 4 }), (text) => readsOrRefuses(forged(text, data))),
    { seed: SEED, numRuns: RUNS },
  );
});
