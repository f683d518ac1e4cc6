import { giveWay } from '../core/turns.js';
import { elementsOf } from '../tensor.js';

/** @import { Block } from './division.js' */

/* FNV-1a (Fowler, Noll and Vo), 32 bits. */
const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** @param {Uint8Array} bytes */
function hashOf(bytes) {
  let hash = OFFSET;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], PRIME);
  return hash;
}

/** @param {Uint8Array} a @param {Uint8Array} b of the same length */
function areSame(a, b) {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const AT_ONCE = 1024; // images that are looked at before other tasks may run

/**
 * Groups images that are the same, pixel by pixel: in so many images, those that are nearly the same would take minutes
 * to find.
 * @param {Block[]} blocks
 * @returns {Promise<Int32Array>} [count]: the first image of each one's group
 */
export async function groupSame(blocks) {
  const images = blocks.flatMap(({ shape: [count, ...image], data }) => {
    const size = elementsOf(image);
    return Array.from({ length: count }, (_, i) => data.subarray(i * size, (i + 1) * size));
  });
  const groups = new Int32Array(images.length);
  /** @type {Map<number, number[]>} the first of each group, by hash */
  const firsts = new Map();
  for (const [i, image] of images.entries()) {
    if (i % AT_ONCE === 0) await giveWay();
    const hash = hashOf(image);
    const some = firsts.get(hash) ?? [];
    groups[i] = some.find((first) => areSame(images[first], image)) ?? i;
    if (groups[i] === i) firsts.set(hash, [...some, i]);
  }
  return groups;
}
