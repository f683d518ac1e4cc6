/**
 * Files of other programs' formats, exported, then damaged or altered: each is either read, and then the model
 * computes, or it is refused with the place of the fault.
 */
import assert from 'node:assert/strict';
import '@tensorflow/tfjs-backend-cpu';
import fc from 'fast-check';
import { unzipSync, zipSync } from 'fflate';
import { exportModel, importModel, layers, model, sequential, tensor } from '../../shim/index.js';
import { decode, encode } from '../../shim/formats/onnx/messages.js';
import { useBuild } from '../../shim/core/loading.js';
import { elementsOf } from '../../shim/tensor.js';
import { everyKind, residual } from '../api/sample-models.js';
import { BUILDS, heapInUse, isRefusal } from '../api/support.js';
import { configOf, h5, putWeights, whole } from '../support/keras-legacy.js';
import { teachableFiles, teachableModel } from '../support/teachable.js';
import { alter, changes, damaged, damages } from './alter.js';
import { HOSTILE } from './hostile.js';
import { fuzz } from './property.js';

/** @import { NamedFile } from '../../shim/formats/described.js' */
/** @import { FormatName } from '../../shim/formats/exchange.js' */
/** @import { Change } from './alter.js' */

useBuild(...BUILDS[0]); // a core with no memory waiting to be collected

const MOST_NUMBERS = 5000; // per layer output, so that a run stays short

const small = await sequential({
  layers: [
    layers.conv2d({ inputShape: [4, 4, 1], filters: 2, kernelSize: 2, activation: 'relu', name: 'first' }),
    layers.flatten(),
    layers.dense({ units: 2 }),
  ],
  seed: 1,
});
const made = [small, await sequential({ layers: everyKind(), seed: 77, name: 'every kind' }), await model(residual())];
small.metadata = { classNames: ['a', 'ü'] };

/** @param {FormatName} format @param {{ dtype?: string }} [options] of all but the first */
const exported = (format, options) => Promise.all(made.map((each, i) => exportModel(each, format, i ? options : {})));

const [tfjs, safetensors, own, keras] = [
  await exported('tfjs', { dtype: 'uint8' }),
  await exported('safetensors', { dtype: 'float16' }),
  await exported('onnx', { dtype: 'float16' }),
  await exported('keras'),
];
/** Models within models, as Teachable Machine saves them: for TensorFlow.js, and for Keras. */
const theirs = teachableModel({ side: 4, alpha: 0.25, groups: [[8, 1, 1]] }, 2);
const nested = await teachableFiles(theirs, ['a', 'ü']);
const [early, description, values] = [
  await whole(theirs),
  { name: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(configOf(theirs))) },
  { name: 'model.h5', bytes: await h5((file) => putWeights(file, theirs)) },
];
theirs.dispose();
for (const each of made) each.dispose(); // before any property measures the heap

/** Where a message locates the fault. */
const PLACE = new RegExp(
  `^model file: (?:${[
    'none of .* is a model of a supported format',
    '.* is JSON, but not a model',
    '(?:stack|model) "',
    'the model has more than',
    '.* (?:holds weights|has the layers|cannot be unpacked|is encrypted)',
    '.*: (?:too large|it must unpack)',
    '.*\\.h5: ',
    '(?:model|config|metadata)\\.json\\b',
    'the archive (?:has|cannot)',
    'model\\.weights\\.h5\\b',
    'model\\.safetensors: ',
    'ONNX: ',
    'layer (?:\\d+|")',
    '(?:tensor|weight) (?:\\d+|")',
    '(?:input|output)_layers',
    '(?:layers|tensors) must be',
    'the tensors take',
    'model_config',
    'the header',
    'too large: ',
    'it ends after',
    'byte \\d+',
    '[\\w/ ]+: ', // the name of a layer, a weight or a field
  ].join('|')})`,
);

const state = { memory: 0, read: 0 };

/** @param {NamedFile[]} files */
async function take(files) {
  const found = await importModel(files).catch((error) => {
    isRefusal(error);
    assert.equal(error.code, 'bad-data', error.message);
    assert.match(error.message, PLACE);
  });
  if (!found) return;
  state.read++;
  const { inputShape, layers: built } = found;
  const numbers = [inputShape, ...built.map(({ outputShape }) => outputShape.slice(1).map(Number))].map(elementsOf);
  if (Math.max(...numbers) <= MOST_NUMBERS)
    await found.predict(tensor(new Float32Array(numbers[0]), [1, ...inputShape]));
  found.dispose();
}

/**
 * @param {string} what
 * @param {number} percent of all runs
 * @param {fc.Arbitrary<NamedFile[]>} inputs
 * @param {number} [least] the fraction of inputs that must still be readable, if there are enough inputs
 */
function imports(what, percent, inputs, least = 0.02) {
  fuzz(what, percent, inputs, take, {
    async before() {
      Object.assign(state, { memory: await heapInUse(), read: 0 });
    },
    async after(runs) {
      assert.ok(state.read >= Math.floor(runs * least), `${state.read} files read of ${runs}`);
      assert.equal(await heapInUse(), state.memory, 'bytes of the heap in use');
    },
  });
}

const some = fc.array(changes, { minLength: 1, maxLength: 3 });

/** @param {NamedFile[]} files @param {number} which @param {Uint8Array<ArrayBuffer>} bytes */
const exchanged = (files, which, bytes) => files.map((file, i) => (i === which ? { ...file, bytes } : file));

/** One of the files of a model, damaged. @param {NamedFile[][]} samples */
const damagedOf = (samples) =>
  fc.tuple(fc.constantFrom(...samples), fc.nat(), damages).map(([files, number, damage]) => {
    const which = number % files.length;
    return exchanged(files, which, damaged(files[which].bytes, damage));
  });

/** @param {Uint8Array} bytes */
const parsed = (bytes) => JSON.parse(new TextDecoder().decode(bytes));
/** @param {unknown} value @returns {Uint8Array<ArrayBuffer>} */
const json = (value) => new TextEncoder().encode(JSON.stringify(value));

/** @param {Uint8Array} bytes of JSON @param {Change[]} list */
function altered(bytes, list) {
  const value = parsed(bytes);
  for (const change of list) alter(value, change);
  return json(value);
}

/* ---- TF.js -------------------------------------------------------------------------------------- */

imports('damaged files of TF.js', 0.4, damagedOf([...tfjs, nested]));
imports(
  'altered model.json of TF.js',
  0.5,
  fc.tuple(fc.constantFrom(...tfjs), some).map(([files, list]) => exchanged(files, 0, altered(files[0].bytes, list))),
);

imports(
  'altered models within models',
  0.2,
  fc
    .tuple(fc.constantFrom(0, 1), some)
    .map(([which, list]) => exchanged(nested, which, altered(nested[which].bytes, list))),
);
imports(
  'damaged archives of files',
  0.1,
  damagedOf([[{ name: 'a.zip', bytes: zipSync(Object.fromEntries(nested.map(({ name, bytes }) => [name, bytes]))) }]]),
);

/* ---- safetensors -------------------------------------------------------------------------------- */

const LENGTH_BYTES = 8;

/**
 * @param {Uint8Array} file
 * @param {Change[]} list
 * @param {boolean} isTopology whether to alter the layers, which are text within the header
 */
function alteredHeader(file, list, isTopology) {
  const length = Number(Buffer.from(file).readBigUInt64LE());
  const header = parsed(file.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
  const topology = parsed(Buffer.from(header.__metadata__.fitting_room));
  for (const change of list) alter(isTopology ? topology : header, change);
  if (isTopology) header.__metadata__.fitting_room = JSON.stringify(topology);
  const text = json(header);
  const head = Buffer.alloc(LENGTH_BYTES);
  head.writeUInt32LE(text.length);
  return new Uint8Array(Buffer.concat([head, text, file.subarray(LENGTH_BYTES + length)]));
}

imports('damaged safetensors', 0.3, damagedOf(safetensors));
imports(
  'altered header of safetensors',
  0.5,
  fc
    .tuple(fc.constantFrom(...safetensors), some, fc.boolean())
    .map(([files, list, isTopology]) => exchanged(files, 0, alteredHeader(files[0].bytes, list, isTopology))),
);

/* ---- ONNX --------------------------------------------------------------------------------------- */

/** Without our own metadata, their layers are recognised from their nodes. */
const foreign = own.map(([file]) => [{ ...file, bytes: encode({ ...decode(file.bytes), metadata: undefined }) }]);
const TEXTS = [
  '',
  '__proto__',
  'Conv',
  'Gemm',
  'MatMul',
  'Add',
  'Sum',
  'Concat',
  'MaxPool',
  'Relu',
  'Sigmoid',
  'Mul',
  'Sub',
  'Div',
  'HardSigmoid',
  'PRelu',
  'Clip',
  'Softmax',
  'Flatten',
  'Reshape',
  'Squeeze',
  'Transpose',
  'Pad',
  'Constant',
  'Cast',
  'Identity',
  'axes',
  'axis',
  'perm',
  'pads',
  'SAME_UPPER',
  'SAME_LOWER',
  'ceil_mode',
  'dilations',
  'group',
];
const NUMBERS = [0, 1, -1, 2, 3, 4, 5, 7, 10, 20, 64, 65536, 2 ** 26, 2 ** 31, 2 ** 40, 2 ** 53, -(2 ** 31)];

/** Another value of the same type, as the message requires. @param {Change} change @param {unknown} before */
function sameType({ path }, before) {
  const seed = path.reduce((sum, step) => (sum * 31 + step) >>> 0, 7);
  if (typeof before === 'number') return NUMBERS[seed % NUMBERS.length];
  if (typeof before === 'string') return TEXTS[seed % TEXTS.length];
  if (before instanceof Uint8Array) return before.slice(seed % 9, before.length - (seed % 4));
  return Array.isArray(before) ? [] : {};
}

/** @param {Uint8Array<ArrayBuffer>} file @param {Change[]} list */
function alteredMessage(file, list) {
  const message = decode(file);
  for (const change of list) alter(message, change, sameType);
  return encode(message);
}

const onnx = [...own, ...foreign];
imports('damaged ONNX', 0.4, damagedOf(onnx));
imports(
  'altered messages of ONNX',
  0.7,
  fc
    .tuple(fc.constantFrom(...onnx), some)
    .map(([files, list]) => exchanged(files, 0, alteredMessage(files[0].bytes, list))),
);

/* ---- Keras -------------------------------------------------------------------------------------- */

const CONFIG = 'config.json';
const WEIGHTS = 'model.weights.h5';

/**
 * @param {NamedFile} file
 * @param {string} name
 * @param {(bytes: Uint8Array) => Uint8Array} change
 * @param {0 | 9} level of compression
 */
function withMember(file, name, change, level) {
  const members = unzipSync(file.bytes);
  return [{ ...file, bytes: zipSync({ ...members, [name]: change(members[name]) }, { level }) }];
}

const level = fc.constantFrom(0, 0, 0, 9);
const archives = [...keras, ...keras.map(([file]) => withMember(file, CONFIG, (bytes) => bytes, 9))];
/** Each once, so that its positions are computed only once. */
const weightFiles = new Map(keras.map(([file]) => [file, unzipSync(file.bytes)[WEIGHTS]]));

imports('damaged archive of Keras', 0.4, damagedOf(archives));
imports(
  'altered config.json of Keras',
  0.4,
  fc
    .tuple(fc.constantFrom(...keras), some, level)
    .map(([[file], list, packed]) => withMember(file, CONFIG, (bytes) => altered(bytes, list), packed)),
);
imports(
  'damaged weights of Keras',
  0.4,
  fc
    .tuple(fc.constantFrom(...weightFiles), damages, level)
    .map(([[file, h5], damage, packed]) => withMember(file, WEIGHTS, () => damaged(h5, damage), packed)),
);

imports('damaged .h5 files of Keras', 0.3, damagedOf([[{ name: 'early.h5', bytes: early }]]));
imports(
  'altered layers of Keras beside weights',
  0.2,
  some.map((list) => [{ ...description, bytes: altered(description.bytes, list) }, values]),
);

/* ---- files that are hostile from the start ----------------------------------------------------- */

const MOST_BYTES = 2 ** 17; // of files that are damaged many times
const hostile = [];
for (const { make, of } of HOSTILE) {
  const made = of === 'model' ? await make() : [];
  if (made.length === 1 && made[0].bytes.length <= MOST_BYTES) hostile.push(made);
}

imports('damaged hostile files', 0.1, damagedOf(hostile), 0);
