import { inNode } from './host.js';

/* The WebAssembly features of this engine. */

const header = [0, 97, 115, 109, 1, 0, 0, 0];

/** @param {...number} sections */
const accepts = (...sections) => WebAssembly.validate(new Uint8Array([...header, ...sections]));

/** The type section with [] → [v128], and one function of that type. */
const oneVector = [1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0];

/** i32.const 0; i8x16.splat; i8x16.popcnt */
export const hasSimd = () =>
  typeof WebAssembly === 'object' && accepts(...oneVector, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);

/** three splats; f32x4.relaxed_madd, whose opcode 0x105 is two bytes long */
export const hasRelaxedSimd = () =>
  hasSimd() && accepts(...oneVector, 10, 19, 1, 17, 0, 65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 133, 2, 11);

/**
 * Why threads are not available here, or null if they are.
 * @returns {'not-isolated' | 'unsupported' | null}
 */
export function threadsMissing() {
  if (!inNode() && globalThis.crossOriginIsolated === false) return 'not-isolated';
  if (typeof SharedArrayBuffer !== 'function' || typeof Atomics !== 'object') return 'unsupported';
  return inNode() || typeof Worker === 'function' ? null : 'unsupported';
}

/** The number of threads that this machine runs at once. */
export const processors = () =>
  inNode() ? globalThis.process.getBuiltinModule('node:os').availableParallelism() : navigator.hardwareConcurrency || 1;
