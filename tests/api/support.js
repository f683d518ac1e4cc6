import assert from 'node:assert/strict';
import { before, describe } from 'node:test';
import { FittingRoomError, importModel, layers, loadCore, sequential, tensor } from '../../shim/index.js';
import { useBuild } from '../../shim/core/loading.js';

/** @import { Sequential } from '../../shim/index.js' */
/** @import { CompileOptions } from '../../shim/model.js' */
/** @import { LayerConfig } from '../../shim/layers/index.js' */

/** @type {[string, Parameters<typeof useBuild>[1], number][]} name, module, threads */
export const BUILDS = [
  ['simd', () => import('../../build/simd/fitting-room.mjs'), 1],
  ['debug', () => import('../../build/debug/fitting-room.mjs'), 1],
  ['debug-mt', () => import('../../build/debug-mt/fitting-room.mjs'), 2],
];

/**
 * Defines the same tests for a shipped build and for the builds that check themselves.
 * @param {() => void} define
 */
export function onEveryBuild(define) {
  for (const [build, load, threads] of BUILDS) {
    describe(`build ${build}`, () => {
      before(() => useBuild(build, load, threads));
      define();
    });
  }
}

/** A value that no type would allow, for tests of the checks at run time. @param {unknown} value */
export const wrong = (value) => /** @type {any} */ (value);

/** @param {unknown} error @returns {error is FittingRoomError} */
export function isRefusal(error) {
  assert.ok(error instanceof FittingRoomError, /** @type {Error} */ (error)?.stack ?? String(error));
  return true;
}

/**
 * The same bytes on every run and in every engine (Numerical Recipes' linear congruential generator).
 * @param {number} length
 * @param {number} seed
 */
export function noise(length, seed) {
  const bytes = new Uint8Array(length);
  let state = seed >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

export const SIDE = 8;
export const CLASSES = 3;

/**
 * Pictures that a network can learn to classify: noise with one bright third.
 * @param {number} count
 * @param {number} [seed]
 */
export function smallData(count, seed = 1) {
  const pixels = noise(count * SIDE * SIDE, seed);
  const labels = noise(count, seed + 1000).map((byte) => byte % CLASSES);
  for (let i = 0; i < pixels.length; i++) {
    const column = i % SIDE;
    const bright = Math.floor((column * CLASSES) / SIDE) === labels[Math.floor(i / (SIDE * SIDE))];
    pixels[i] = (bright ? 100 : 0) + (pixels[i] >> 1);
  }
  return { x: tensor(pixels, [count, SIDE, SIDE, 1]), y: tensor(labels, [count]) };
}

/**
 * Samples first … end - 1.
 * @template {import('../../shim/tensor.js').Tensor} T
 * @param {T} all
 * @param {number} first
 * @param {number} end
 * @returns {T}
 */
export function slice({ shape: [, ...rest], data }, first, end) {
  const size = rest.reduce((product, length) => product * length, 1);
  return wrong({ shape: [end - first, ...rest], data: data.slice(first * size, end * size) });
}

/** @param {import('../../shim/tensor.js').Tensor} labels */
export function oneHot({ data }) {
  const hot = new Float32Array(data.length * CLASSES);
  for (let i = 0; i < data.length; i++) hot[i * CLASSES + data[i]] = 1;
  return tensor(hot, [data.length, CLASSES]);
}

/** The tutorial's kinds of layers, small. */
export const smallLayers = () => [
  layers.conv2d({ inputShape: [SIDE, SIDE, 1], filters: 5, kernelSize: 3, activation: 'relu' }),
  layers.maxPooling2d({ poolSize: 2 }),
  layers.flatten(),
  layers.dense({ units: 12, activation: 'relu' }),
  layers.dropout({ rate: 0.5 }),
  layers.dense({ units: CLASSES, activation: 'softmax' }),
];

/**
 * @param {{ seed?: number, stack?: LayerConfig[], compile?: Partial<CompileOptions> }} [options]
 * @returns {Promise<Sequential>}
 */
export async function smallModel({ seed = 7, stack = smallLayers(), compile = {} } = {}) {
  const model = await sequential({ layers: stack, seed });
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'], ...compile });
  return model;
}

/** All weights, concatenated as bytes. @param {Sequential} model */
export const weightBytes = (model) =>
  Buffer.concat(model.getWeights().map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)));

/** The bytes that models hold now, after earlier garbage has been collected. */
export const heapInUse = async () => (await loadCore()).heapInUse();

/** @param {() => unknown} act @param {string} message @param {string} [code] */
export const refused = (act, message, code = 'invalid-argument') =>
  assert.throws(act, (error) => {
    assert.ok(error instanceof FittingRoomError, String(error));
    assert.equal(error.message, message);
    assert.equal(error.code, code);
    return true;
  });

/**
 * Arguments that a shared check refuses. The message must name the option and the given value, and a range that it
 * states must not contain that value. arguments.test.js compares each kind of message in full, once.
 * @param {[act: () => unknown, what: string, got?: string][]} rows `got` is left out if there is no such option
 */
export function refusedEach(rows) {
  for (const [act, what, got] of rows)
    assert.throws(act, (error) => {
      assert.ok(error instanceof FittingRoomError, String(error));
      assert.equal(error.code, 'invalid-argument');
      const { message } = error;
      const [start, end] = got === undefined ? [`${what}; it takes `, ''] : [`${what} must be `, `, got ${got}`];
      assert.ok(message.startsWith(start) && message.endsWith(end), `${message}\nis not ${start}…${end}`);
      const [, kind, least, most] = /^(an integer|a number) (.+)\.\.(.+), got /.exec(message.slice(start.length)) ?? [];
      const number = Number(got);
      const within = number >= Number(least) && number <= Number(most);
      assert.ok(!kind || !within || (kind === 'an integer' && !Number.isInteger(number)), message);
      return true;
    });
}

/**
 * A file of any format is either read or refused as bad data; nothing else happens.
 * @param {Uint8Array<ArrayBuffer>} file
 */
export const readOrRefused = (file) =>
  importModel(file).then(
    (made) => made.dispose(),
    (error) => {
      assert.ok(error instanceof FittingRoomError, error?.stack ?? String(error));
      assert.equal(error.code, 'bad-data');
    },
  );
