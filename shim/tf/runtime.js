import { nextTask } from '../core/turns.js';
import { core } from './core.js';

/* What goes around a program of TF.js: memory, backends, settings. */

/**
 * Runs a function. There is nothing to clean up afterwards.
 * @template T
 * @param {string | (() => T)} nameOrRun
 * @param {() => T} [run]
 * @returns {T}
 */
export const tidy = (nameOrRun, run) => (run ?? /** @type {() => T} */ (nameOrRun))();

/** @template T @param {T} kept */
export const keep = (kept) => kept;

/** @param {any} value */
const isContainer = (value) => Array.isArray(value) || Object.getPrototypeOf(Object(value)) === Object.prototype;

/** Disposes of tensors, also those in arrays and objects. @param {unknown} tensors */
export function dispose(tensors) {
  const given = /** @type {any} */ (tensors);
  if (isContainer(given)) for (const each of Object.values(given)) dispose(each);
  else given?.dispose?.();
}

/** As tf.memory() has it. Tensors are not counted: those that nothing refers to are freed. */
export const memory = () => ({
  numTensors: 0,
  numDataBuffers: 0,
  numBytes: core.heapInUse(),
  unreliable: true,
  reasons: ['Tensors are freed by the garbage collector; numBytes is what models take.'],
});

/** Lets the page paint and other tasks run. */
export const nextFrame = () =>
  /** @type {Promise<void>} */ (
    new Promise((resolve) =>
      typeof requestAnimationFrame === 'function' ? requestAnimationFrame(() => resolve()) : nextTask().then(resolve),
    )
  );

/** Resolves at once: the core is loaded together with this module. */
export const ready = async () => {};

/** Has no effect: everything runs in the core, WebAssembly. @param {string} _name @returns {Promise<boolean>} */
export const setBackend = async (_name) => true;

export const getBackend = () => 'wasm';

/** Has no effect. */
export const enableProdMode = () => {};

/** Has no effect. */
export const enableDebugMode = () => {};

/** Has no effect. */
export const disposeVariables = () => {};

/** Settings of TF.js's backends, which have no effect. */
const ENVIRONMENT = Object.freeze({
  /** @param {string} _flag @param {unknown} _value */
  set: (_flag, _value) => {},
  /** @param {string} _flag @returns {undefined} */
  get: (_flag) => undefined,
  /** @param {string} _flag */
  getBool: (_flag) => false,
  /** @param {string} _flag */
  getNumber: (_flag) => 0,
});
export const env = () => ENVIRONMENT;

/** Scopes, in which there is nothing to clean up. */
const ENGINE = Object.freeze({ startScope: () => {}, endScope: () => {}, memory });
export const engine = () => ENGINE;

/** The version of TensorFlow.js whose names these are. */
export const version = Object.freeze({ tfjs: '4.22.0' });
