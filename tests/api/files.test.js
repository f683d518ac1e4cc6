import assert from 'node:assert/strict';
import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { before, describe, test } from 'node:test';
import { Model, Sequential, datasets, layers, loadModel, model, sequential, tensor } from '../../shim/index.js';
import { fromHalf, toHalf } from '../../shim/formats/float16.js';
import { useBuild } from '../../shim/core/loading.js';
import { graphOf } from '../../shim/layers/graph.js';
import { tutorialLayers } from '../support/tutorial.js';
import { altered, dataOf, forged, headerLength, headerOf, smallFile } from './model-files.js';
import { everyKind, residual } from './sample-models.js';
import { BUILDS, heapInUse, isRefusal, onEveryBuild, smallData, smallModel, weightBytes, wrong } from './support.js';

/** @param {unknown} source @param {RegExp | string} message @param {string} [code] */
const refusedFile = (source, message, code = 'bad-data') =>
  assert.rejects(loadModel(wrong(source)), (error) => {
    if (isRefusal(error)) {
      if (typeof message === 'string') assert.equal(error.message, message);
      else assert.match(error.message, message);
      assert.equal(error.code, code);
    }
    return true;
  });

/** @type {import('../../shim/model.js').CompileOptions} */
const training = { optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] };

/** @param {Model} made */
async function trained(made, epochs = 1) {
  const { x, y } = smallData(48);
  made.compile(training);
  await made.fit(x, y, { epochs, batchSize: 16, verbose: 0 });
  return made;
}

/** Bit for bit. @param {Model} a @param {Model} b */
async function samePredictions(a, b) {
  const { x } = smallData(20, 9);
  assert.deepEqual(await b.predict(x), await a.predict(x));
}

onEveryBuild(() => {
  test('model.save, loadModel: a stack of every kind of layer comes back bit for bit and trains on alike', async () => {
    const first = await trained(await sequential({ layers: everyKind(), seed: 77, name: 'every kind' }));
    const file = await first.save();
    const second = await loadModel(file);
    assert.ok(second instanceof Sequential);
    assert.deepEqual([second.name, second.seed], ['every kind', 77]);
    assert.deepEqual(second.layers, first.layers);
    assert.equal(
      second.summary(() => {}),
      first.summary(() => {}),
    );
    assert.deepEqual(weightBytes(second), weightBytes(first));
    await samePredictions(first, second);
    assert.deepEqual(await second.save(), file);
    await trained(first);
    await trained(second);
    assert.deepEqual(weightBytes(second), weightBytes(first));
    first.dispose();
    second.dispose();
  });

  test('model.save, loadModel: so does a graph with branches', async () => {
    const first = await trained(await model(residual()));
    const second = await loadModel(await first.save());
    assert.ok(second instanceof Model && !(second instanceof Sequential));
    assert.equal(
      second.summary(() => {}),
      first.summary(() => {}),
    );
    assert.deepEqual(second.layers, first.layers);
    assert.deepEqual(wrong(weightBytes)(second), wrong(weightBytes)(first));
    await samePredictions(first, second);
    first.dispose();
    second.dispose();
  });

  test('a file that is refused leaves no memory behind', async () => {
    const file = await smallFile();
    const bad = altered(file, (header) => void (header.tensors[0].shape = [4, 3]));
    const tried = () => loadModel(bad).catch(isRefusal);
    await tried();
    const before = await heapInUse();
    for (let i = 0; i < 20; i++) await tried();
    assert.equal(await heapInUse(), before);
  });
});

describe('model files', () => {
  before(() => useBuild(...BUILDS[0]));

  test('the round trips between them meet every kind of layer', () => {
    const { inputs, outputs } = residual();
    const graph = graphOf(inputs, outputs).nodes.map(({ config }) => config);
    const kinds = new Set([...everyKind(), ...graph].map(({ kind }) => kind.replaceAll('_', '')));
    assert.deepEqual(
      Object.keys(layers).filter((name) => !kinds.has(name.toLowerCase())),
      [],
    );
  });

  test('metadata comes back as it was, and what JSON cannot hold is refused', async () => {
    const made = await smallModel();
    made.metadata = { classNames: ['a', 'b'], licence: 'MIT', nested: { 长袖: [1, null, true] } };
    assert.deepEqual((await loadModel(await made.save())).metadata, made.metadata);
    made.metadata = wrong(['a']);
    await assert.rejects(made.save(), { message: 'save: metadata must be an object, got ["a"]' });
    made.metadata = { itself: made.metadata };
    made.metadata.itself = made.metadata;
    await assert.rejects(made.save(), /^FittingRoomError: save: metadata cannot be written as JSON/);
    made.metadata = { long: 'x'.repeat(2 ** 20) };
    await assert.rejects(made.save(), /the header has \d+ bytes; at most 1048576 can be read again/);
    made.metadata = JSON.parse('['.repeat(40) + ']'.repeat(40)).reduce(
      (/** @type {any} */ _, /** @type {any} */ each) => ({ each }),
      {},
    );
    await assert.rejects(made.save(), /nested deeper than 32 levels/);
    made.metadata = JSON.parse('{"__proto__": {"polluted": true}}');
    await assert.rejects(made.save(), /'__proto__'/);
    made.dispose();
    await assert.rejects(made.save(), { message: 'this model has been disposed' });
  });

  test('loadModel takes bytes, buffers, blobs and addresses', async (t) => {
    const file = await smallFile();
    const folder = await mkdtemp(join(tmpdir(), 'fitting-room-'));
    await writeFile(join(folder, 'tiny.fit'), file);
    const server = createServer((request, response) => {
      if (request.url === '/tiny.fit') response.end(file);
      else if (request.url === '/page') response.end('<!doctype html><title>no such file</title>');
      else response.writeHead(404, 'Not Found').end();
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    t.after(async () => {
      server.close();
      await rm(folder, { recursive: true });
    });
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const address = `http://127.0.0.1:${port}/tiny.fit`;
    const apart = new Uint8Array(file.length + 3);
    apart.set(file, 3);
    const sources = [
      file,
      Buffer.from(file),
      apart.subarray(3),
      file.buffer,
      new Blob([file]),
      address,
      new URL(address),
      pathToFileURL(join(folder, 'tiny.fit')),
    ];
    for (const source of sources) assert.equal((await loadModel(source)).name, 'tiny');
    await refusedFile(
      `http://127.0.0.1:${port}/none`,
      `loadModel: http://127.0.0.1:${port}/none could not be read (the server answered 404 Not Found)`,
      'network',
    );
    await refusedFile(
      `http://127.0.0.1:${port}/page`,
      'model file: byte 0 must be 137, got 60: this is not a Fitting Room model file; importModel reads ' +
        'those of other tools',
    );
    await refusedFile(pathToFileURL(join(folder, 'none.fit')), /none.fit could not be read \(ENOENT/, 'network');
    const elsewhere = file.slice().buffer;
    structuredClone(elsewhere, { transfer: [elsewhere] });
    await refusedFile(elsewhere, 'model file: it ends after 0 bytes');
    const gone = Object.assign(new Blob([file]), { arrayBuffer: () => Promise.reject(new Error('moved')) });
    await refusedFile(gone, 'loadModel: the file could not be read (moved)', 'network');
    await refusedFile(
      3,
      'loadModel takes a Uint8Array, an ArrayBuffer, a Blob or an address, got 3',
      'invalid-argument',
    );
    await assert.rejects(loadModel(file, wrong({ seed: 1 })), {
      message: "loadModel has no option 'seed'; it takes deterministic, threads, signal, onProgress",
    });
  });

  test('without crypto.subtle, as on pages without https, files are the same', async (t) => {
    const file = await smallFile();
    t.mock.getter(crypto, 'subtle', () => undefined);
    assert.deepEqual(await smallFile(), file);
    assert.equal((await loadModel(file)).name, 'tiny');
    await assert.rejects(loadModel(file.slice(0, -1)), isRefusal);
  });

  test('files of version 1 stay loadable', async () => {
    for (const { file, prediction } of Object.values(GOLDEN)) {
      const made = await loadModel(Buffer.from(file.join(''), 'base64'));
      assert.deepEqual(
        made.getWeights().map(({ shape }) => shape),
        [[2, 2, 1, 2], [2], [2, 2], [2]],
      );
      assert.deepEqual(made.metadata, { classNames: ['dark', 'bright'] });
      const { data } = await made.predict(
        tensor(Uint8Array.from([0, 255, 51, 102, 153, 204, 0, 255, 0]), [1, 3, 3, 1]),
      );
      assert.deepEqual(
        [...data].map((value) => value.toFixed(5)),
        prediction,
      );
    }
  });

  test('what is refused names the place, and what would be right', async () => {
    const file = await smallFile();
    const at = (/** @type {number} */ offset, /** @type {number[]} */ bytes) => {
      const copy = file.slice();
      copy.set(bytes, offset);
      return copy;
    };
    await refusedFile(new Uint8Array(), 'model file: it ends after 0 bytes');
    await refusedFile(file.slice(0, 40), 'model file: it ends after 40 bytes; at least 48 are needed');
    await refusedFile(at(8, [2]), 'model file: byte 8: version 2 is not supported; only 1 is');
    await refusedFile(
      at(12, [255, 255, 255, 255]),
      `model file: byte 12: header length 4294967295 is beyond the file's ${file.length} bytes`,
    );
    await refusedFile(
      at(12, [headerLength(file) & 255, 0]).fill(9, 12, 13),
      /^model file: byte 12: header length \d+ must be a multiple of 16$/,
    );
    await refusedFile(at(20, [0]), /^model file: damaged or cut short: its SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64}$/);
    await refusedFile(forged('{'), /^model file: byte 16: the header is not JSON in UTF-8/);
    await refusedFile(
      forged(Uint8Array.from([0x22, 0xff, 0x22])),
      /^model file: byte 16: the header is not JSON in UTF-8/,
    );
    await refusedFile(
      forged(`${'['.repeat(400000)}${']'.repeat(400000)}`),
      /^model file: (the header is nested deeper than 32 levels|byte 16: the header is not JSON)/,
    );
    await refusedFile(
      forged(' '.repeat(2 ** 20 + 16)),
      'model file: byte 12: header length 1048592 must be at most 1048576',
    );
    await refusedFile(forged('null'), 'model file: the header takes an object of options, got null');
    await refusedFile(forged('{"__proto__": {}}'), "model file: the header has a key '__proto__'");
    const trailing = forged(JSON.stringify(headerOf(file)), Buffer.concat([dataOf(file), Buffer.alloc(16)]));
    await refusedFile(trailing, 'model file: the tensors take 48 bytes, the file has 64 for them');
  });

  test('headers that lie are refused, each for its reason', async () => {
    const file = await smallFile();
    const int8 = await smallFile({ dtype: 'int8' });
    const [flatten, dense] = headerOf(file).layers;
    /** @type {[(header: any) => any, RegExp][]} */
    const lies = [
      [(h) => void (h.extra = 1), /the header has no option 'extra'/],
      [(h) => void delete h.seed, /the header has no seed/],
      [(h) => void (h.seed = -1), /the header: seed must be an integer/],
      [(h) => void (h.name = 3), /the header's name must be a string, got 3/],
      [(h) => void (h.metadata = [1]), /the header's metadata must be an object/],
      [(h) => void (h.layers = []), /layers must be an array of 1..256, got 0/],
      [(h) => void (h.layers = Array(257).fill(dense)), /layers must be an array of 1..256, got 257/],
      [(h) => void (h.layers[1].layer = 'lambda'), /layer 1: there is no kind of layer "lambda"/],
      [(h) => void (h.layers[1].layer = 'toString'), /layer 1: there is no kind of layer "toString"/],
      [(h) => void (h.layers[1].code = 'x'), /layer 1 has no option 'code'/],
      [(h) => void (h.layers[1].options.units = 2 ** 40), /layer 1: dense: units must be an integer 1..65536/],
      [
        (h) => void (h.layers[1].options.units = 65536),
        /tensor 0 \(only\/kernel\) must have shape \[4, 65536\], got \[4, 2\]/,
      ],
      [(h) => void (h.layers[1].options = null), /layer 1: dense takes an object of options/],
      [(h) => void (h.layers[1].from = [0]), /layer 1: from is for models with an input/],
      [(h) => void (h.layers[1].from = [1]), /layer 1: from must be indices of earlier layers, or -1, got \[1\]/],
      [(h) => void delete h.layers[0].options.inputShape, /sequential: the first layer needs an inputShape/],
      [(h) => void (h.layers[0].options.inputShape = [2 ** 20, 2 ** 20, 1]), /inputShape|at most/],
      [
        (h) => void ((h.input = { shape: [2, 2, 1] }), (h.layers = [flatten, dense, { ...dense, from: [0] }])),
        /layer 1 must lead to the output/,
      ],
      [(h) => void (h.input = null), /input takes an object of options, got null/],
      [(h) => void (h.layers[1].options.name = { toString: 1 }), /layer 1: Cannot convert object to primitive value/],
      [
        (h) => void (h.name = { constructor: { name: { toString: 1 } } }),
        /^model file: the header's name must be a string, got object$/,
      ],
      [(h) => void (h.tensors.length = 1), /tensors must be 2, as the layers have them, got 1/],
      [(h) => void (h.tensors = {}), /tensors must be 2, as the layers have them, got Object/],
      [(h) => void (h.tensors[0] = null), /tensor 0 takes an object of options, got null/],
      [(h) => void (h.tensors[0].name = 'other'), /tensor 0 must be "only\/kernel", got "other"/],
      [(h) => void (h.tensors[0].shape = Array(100000).fill(1)), /must have shape \[4, 2\], got \[1, 1, .*, …\]$/],
      [
        (h) => void (h.tensors[0].dtype = 'float64'),
        /tensor 0 \(only\/kernel\): dtype must be one of float32, float16, int8, got "float64"/,
      ],
      [
        (h) => void (h.tensors[1].dtype = 'int8'),
        /tensor 1 \(only\/bias\): dtype must be one of float32, float16, got "int8"/,
      ],
      [(h) => void (h.tensors[1].offset = 16), /tensor 1 \(only\/bias\): offset must be 32, got 16/],
      [(h) => void (h.tensors[0].dtype = 'float16'), /tensor 1 \(only\/bias\): offset must be 16, got 32/],
    ];
    for (const [change, message] of lies) await refusedFile(altered(file, change), message);
    const scales = dataOf(int8).slice();
    new DataView(scales.buffer).setFloat32(4, NaN, true);
    await refusedFile(
      forged(JSON.stringify(headerOf(int8)), scales),
      'model file: tensor 0 (only/kernel): the scale of channel 1 must be finite and at least 0, got NaN',
    );
    const half = await smallFile({ dtype: 'float16' });
    const halves = dataOf(half).slice();
    new DataView(halves.buffer).setUint16(2, 0x7c00, true);
    await refusedFile(
      forged(JSON.stringify(headerOf(half)), halves),
      'model file: tensor 0 (only/kernel): number 1 is not finite',
    );
  });

  test('any byte changed, and any end cut off, is refused', async () => {
    const file = await smallFile();
    for (let at = 0; at < file.length; at++) {
      const changed = file.slice();
      changed[at] ^= 1 + (at % 255);
      await assert.rejects(loadModel(changed), isRefusal, `byte ${at}`);
    }
    for (let length = 0; length < file.length; length++)
      await assert.rejects(loadModel(file.slice(0, length)), isRefusal, `${length} bytes`);
    await assert.rejects(loadModel(Buffer.concat([file, Buffer.alloc(1)])), isRefusal);
  });

  test('a small file cannot make much be allocated', async () => {
    const file = await smallFile();
    const dense = { layer: 'dense', options: { units: 8192 } };
    const memory = process.memoryUsage().rss;
    const large = altered(file, (header) => void (header.layers = [header.layers[0], ...Array(20).fill(dense)]));
    await refusedFile(large, /^model file: (tensors must be 40|.*at most)/);
    assert.ok(process.memoryUsage().rss - memory < 2 ** 26, 'twenty kernels of 256 MB were not made');
  });
});

describe('how numbers are stored', () => {
  before(() => useBuild(...BUILDS[0]));

  /** Directly from the standard's definition. @param {number} half */
  const defined = (half) => {
    const [sign, exponent, fraction] = [half >> 15 ? -1 : 1, (half >> 10) & 31, half & 1023];
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  };

  test('float16: all 65,536 halves are what the standard says, and come back as they were', () => {
    for (let half = 0; half < 65536; half++) {
      const value = defined(half);
      assert.ok(Object.is(fromHalf(half), value), `${half}: ${fromHalf(half)} is not ${value}`);
      if (Number.isNaN(value)) assert.ok(Number.isNaN(fromHalf(toHalf(value))));
      else assert.equal(toHalf(value), half);
    }
  });

  test('float16: between any two neighbours the nearer one is taken, and midway the even one', () => {
    const float = new Float32Array(1);
    const bits = new Uint32Array(float.buffer);
    /** @param {number} value @param {number} steps of a float */
    const beside = (value, steps) => {
      float[0] = value;
      bits[0] += steps;
      return float[0];
    };
    for (let half = 0; half < 0x7c00; half++) {
      const above = half + 1 === 0x7c00 ? 65536 : defined(half + 1);
      const middle = (defined(half) + above) / 2;
      const even = half % 2 ? half + 1 : half;
      for (const sign of [0, 0x8000]) {
        const signed = (/** @type {number} */ value) => (sign ? -value : value);
        assert.equal(toHalf(signed(middle)), sign | even);
        assert.equal(toHalf(signed(beside(middle, -1))), sign | half);
        assert.equal(toHalf(signed(beside(middle, 1))), sign | (half + 1));
      }
    }
    assert.deepEqual(
      [2 ** -149, 2 ** -25, 65519.99, 65520, 3e38, Infinity, -0].map(toHalf),
      [0, 0, 0x7bff, 0x7c00, 0x7c00, 0x7c00, 0x8000],
    );
  });

  /** @param {number[]} kernel of two inputs and two units */
  const withKernel = async (kernel) => {
    const made = await sequential({ layers: [layers.dense({ inputShape: [2], units: 2 })], seed: 1 });
    made.setWeights([tensor(kernel, [2, 2]), tensor([1 / 3, 1e-30], [2])]);
    return made;
  };

  test('float32 keeps what no other can; float16 and int8 refuse it', async () => {
    for (const [value, float16, int8] of /** @type {[number, string, string][]} */ ([
      [NaN, 'NaN', 'NaN'],
      [-Infinity, '-Infinity', '-Infinity'],
      [65520, '65520', ''],
      [-1e30, '-1.0000000150474662e+30', ''],
    ])) {
      const made = await withKernel([1, 2, value, 4]);
      const back = await loadModel(await made.save());
      assert.deepEqual(back.getWeights(), made.getWeights());
      await assert.rejects(made.save({ dtype: 'float16' }), {
        message: `save: dense/kernel: number 2 is ${float16}; float16 holds -65504..65504, save as float32 instead`,
      });
      if (int8) await assert.rejects(made.save({ dtype: 'int8' }), new RegExp(`number 2 is ${int8}; int8 holds`));
      else await loadModel(await made.save({ dtype: 'int8' }));
    }
    await assert.rejects((await withKernel([1, 2, 3, 4])).save({ dtype: wrong('int4') }), {
      message: 'save: dtype must be one of float32, float16, int8, got "int4"',
    });
  });

  test('int8 has a scale for each output channel, and keeps biases as they are', async () => {
    const made = await withKernel([127, 0.5, -3, -0.127]);
    const [kernel, bias] = (await loadModel(await made.save({ dtype: 'int8' }))).getWeights();
    const scale = Math.fround(0.5 / 127);
    assert.deepEqual([...kernel.data], [127, Math.fround(127 * scale), -3, Math.fround(-32 * scale)]);
    assert.deepEqual(bias, made.getWeights()[1]);
    const zero = await loadModel(await (await withKernel([0, 3e38, 0, 1e-45])).save({ dtype: 'int8' }));
    assert.deepEqual(
      [...zero.getWeights()[0].data].map((value) => value > 2.9e38),
      [false, true, false, false],
    );
  });

  test('every channel of int8 is off by half a step at most', async () => {
    const made = await trained(await sequential({ layers: everyKind(), seed: 77 }));
    const back = await loadModel(await made.save({ dtype: 'int8' }));
    const [first, second] = [made.getWeights(), back.getWeights()];
    first.forEach(({ shape, data }, i) => {
      const channels =
        shape.length === 1 ? 1 : shape[1] === 2 && shape[3] === 2 ? shape[2] * shape[3] : shape[shape.length - 1];
      const largest = new Float64Array(channels);
      data.forEach((value, at) => (largest[at % channels] = Math.max(largest[at % channels], Math.abs(value))));
      const off = shape.length === 1 ? 0 : 0.5001 / 127;
      data.forEach((value, at) =>
        assert.ok(Math.abs(second[i].data[at] - value) <= off * largest[at % channels], `tensor ${i}, ${at}`),
      );
    });
  });

  test('float16 and int8 cost a trained model next to nothing, and save half and three quarters', async (t) => {
    const { train, test: held } = await datasets.synthetic({ trainSize: 1500, testSize: 1000, seed: 5 });
    const made = await sequential({ layers: tutorialLayers(), seed: 3 });
    made.compile(training);
    await made.fit(train.images, train.labels, { epochs: 2, verbose: 0 });
    const exact = await made.predict(held.images);
    const [, accuracy] = await made.evaluate(held.images, held.labels);
    assert.ok(accuracy > 0.7 && accuracy < 1, `trained to ${accuracy}`);
    const whole = (await made.save()).length;
    for (const [dtype, share, most] of /** @type {const} */ ([
      ['float16', 0.501, 0.002],
      ['int8', 0.252, 0.05],
    ])) {
      const file = await made.save({ dtype });
      const back = await loadModel(file);
      back.compile(training);
      const [, kept] = await back.evaluate(held.images, held.labels);
      const { data } = await back.predict(held.images);
      const off = data.reduce((largest, value, i) => Math.max(largest, Math.abs(value - exact.data[i])), 0);
      t.diagnostic(
        `${dtype}: ${file.length} of ${whole} bytes, accuracy ${kept} of ${accuracy}, probabilities off by ` +
          `${off} at most`,
      );
      assert.ok(file.length < share * whole);
      assert.ok(off < most);
      assert.ok(Math.abs(kept - accuracy) <= 0.005);
    }
  });
});

/** Two files of version 1, of a network small enough to read. */
const GOLDEN = {
  float16: {
    prediction: ['0.64207', '0.35793'],
    file: [
      'iUZJVA0KGgoBAAAAgAIAAHsibmFtZSI6ImdvbGRlbiIsInNlZWQiOjEsImxheWVycyI6W3sibGF5ZXIiOiJjb252MmQiLCJvcHRp',
      'b25zIjp7ImlucHV0U2hhcGUiOlszLDMsMV0sImZpbHRlcnMiOjIsImtlcm5lbFNpemUiOlsyLDJdLCJzdHJpZGVzIjpbMSwxXSwi',
      'cGFkZGluZyI6InZhbGlkIiwiYWN0aXZhdGlvbiI6InJlbHUiLCJ1c2VCaWFzIjp0cnVlfX0seyJsYXllciI6Imdsb2JhbEF2ZXJh',
      'Z2VQb29saW5nMmQiLCJvcHRpb25zIjp7fX0seyJsYXllciI6ImRlbnNlIiwib3B0aW9ucyI6eyJ1bml0cyI6MiwiYWN0aXZhdGlv',
      'biI6InNvZnRtYXgiLCJ1c2VCaWFzIjp0cnVlfX1dLCJ0ZW5zb3JzIjpbeyJuYW1lIjoiY29udjJkL2tlcm5lbCIsInNoYXBlIjpb',
      'MiwyLDEsMl0sImR0eXBlIjoiZmxvYXQxNiIsIm9mZnNldCI6MH0seyJuYW1lIjoiY29udjJkL2JpYXMiLCJzaGFwZSI6WzJdLCJk',
      'dHlwZSI6ImZsb2F0MzIiLCJvZmZzZXQiOjE2fSx7Im5hbWUiOiJkZW5zZS9rZXJuZWwiLCJzaGFwZSI6WzIsMl0sImR0eXBlIjoi',
      'ZmxvYXQxNiIsIm9mZnNldCI6MzJ9LHsibmFtZSI6ImRlbnNlL2JpYXMiLCJzaGFwZSI6WzJdLCJkdHlwZSI6ImZsb2F0MzIiLCJv',
      'ZmZzZXQiOjQ4fV0sIm1ldGFkYXRhIjp7ImNsYXNzTmFtZXMiOlsiZGFyayIsImJyaWdodCJdfX0AOAC8ADQAPAC6AEAAPgCwzczM',
      'Pc3MTL4AAAAAAAAAAAA8ALwAwAA4AAAAAAAAAACamZk+zczMvgAAAAAAAAAAV5I8rE3hFzzRb/7BsZGt/DMI3eoMmy3WyE5fu3QM',
      'H5o=',
    ],
  },
  int8: {
    prediction: ['0.64122', '0.35878'],
    file: [
      'iUZJVA0KGgoBAAAAgAIAAHsibmFtZSI6ImdvbGRlbiIsInNlZWQiOjEsImxheWVycyI6W3sibGF5ZXIiOiJjb252MmQiLCJvcHRp',
      'b25zIjp7ImlucHV0U2hhcGUiOlszLDMsMV0sImZpbHRlcnMiOjIsImtlcm5lbFNpemUiOlsyLDJdLCJzdHJpZGVzIjpbMSwxXSwi',
      'cGFkZGluZyI6InZhbGlkIiwiYWN0aXZhdGlvbiI6InJlbHUiLCJ1c2VCaWFzIjp0cnVlfX0seyJsYXllciI6Imdsb2JhbEF2ZXJh',
      'Z2VQb29saW5nMmQiLCJvcHRpb25zIjp7fX0seyJsYXllciI6ImRlbnNlIiwib3B0aW9ucyI6eyJ1bml0cyI6MiwiYWN0aXZhdGlv',
      'biI6InNvZnRtYXgiLCJ1c2VCaWFzIjp0cnVlfX1dLCJ0ZW5zb3JzIjpbeyJuYW1lIjoiY29udjJkL2tlcm5lbCIsInNoYXBlIjpb',
      'MiwyLDEsMl0sImR0eXBlIjoiaW50OCIsIm9mZnNldCI6MH0seyJuYW1lIjoiY29udjJkL2JpYXMiLCJzaGFwZSI6WzJdLCJkdHlw',
      'ZSI6ImZsb2F0MzIiLCJvZmZzZXQiOjE2fSx7Im5hbWUiOiJkZW5zZS9rZXJuZWwiLCJzaGFwZSI6WzIsMl0sImR0eXBlIjoiaW50',
      'OCIsIm9mZnNldCI6MzJ9LHsibmFtZSI6ImRlbnNlL2JpYXMiLCJzaGFwZSI6WzJdLCJkdHlwZSI6ImZsb2F0MzIiLCJvZmZzZXQi',
      'OjQ4fV0sIm1ldGFkYXRhIjp7ImNsYXNzTmFtZXMiOlsiZGFyayIsImJyaWdodCJdfX0gICAgICAGg0E8BAKBPCrAFUDAf3/4zczM',
      'Pc3MTL4AAAAAAAAAAAQCgTwEAgE8QIGBQAAAAACamZk+zczMvgAAAAAAAAAAkk75mKuEZrncGlO1MFSIrZqTY2nf5CQ4cR/J62P7',
      'wjU=',
    ],
  },
};
