import { anyCore } from '../core/loading.js';
import { randomOrder } from '../core/order.js';

/** @typedef {'train' | 'validation' | 'test'} Part */
/** @type {readonly Part[]} */
export const PARTS = ['train', 'validation', 'test'];

const NONE = { train: 0, validation: 0, test: 0 };

/** 0 … count - 1 in the order of chance. @param {number} seed @param {number} count */
export const ranksOf = async (seed, count) => randomOrder(await anyCore(), seed, 0, count);

/**
 * Values by their keys, both in the order in which they come.
 * @template Key, Value
 * @param {Iterable<Value>} values
 * @param {(value: Value) => Key} keyOf
 * @returns {Map<Key, Value[]>}
 */
export function grouped(values, keyOf) {
  /** @type {Map<Key, Value[]>} */
  const groups = new Map();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
}

/**
 * The groups of each class, in the order of chance; a group of several classes counts as its first image's.
 * @param {ArrayLike<number>} labels [count]
 * @param {ArrayLike<number>} groups [count]: the first image of each one's group
 * @param {Iterable<number>} ranks [count]: the images in the order of chance
 * @returns {number[][][]} by class: groups of images
 */
function groupsByClass(labels, groups, ranks) {
  const members = grouped(ranks, (image) => groups[image]);
  return [...grouped(members, ([group]) => labels[group]).values()].map((inClass) => inClass.map(([, all]) => all));
}

/**
 * Divides images into parts: of every class, about the wanted share goes to each part, and a group stays together.
 * @param {ArrayLike<number>} labels [count]
 * @param {ArrayLike<number>} groups [count]: the first image of each one's group
 * @param {{ validation: number, test: number }} shares 0 … 1
 * @param {Iterable<number>} ranks [count]: the images in the order of chance
 * @param {(label: number) => Record<Part, number>} [had] how many images of a class have a part already; default: none
 * @returns {Part[]} [count]
 */
export function splitOf(labels, groups, shares, ranks, had = () => NONE) {
  /** @type {Part[]} */
  const parts = Array(labels.length).fill('train');
  for (const all of groupsByClass(labels, groups, ranks)) {
    const { train, validation, test } = had(labels[all[0][0]]);
    const count = all.reduce((sum, { length }) => sum + length, train + validation + test);
    /** @type {[Part, number][]} */
    const wanted = [
      ['test', Math.round(count * shares.test) - test],
      ['validation', Math.round(count * shares.validation) - validation],
    ];
    let rest = all;
    for (const [part, number] of wanted) rest = fill(parts, part, number, rest, train > 0);
  }
  return parts;
}

/**
 * Gives whole groups to a part as long as they fit, but never the last group of a class.
 * @param {Part[]} parts @param {Part} part @param {number} wanted number of images @param {number[][]} groups
 * @param {boolean} learns whether others of the class are for training already
 * @returns {number[][]} the other groups
 */
function fill(parts, part, wanted, groups, learns) {
  let room = wanted;
  let left = groups.length + Number(learns);
  return groups.filter((group) => {
    if (group.length > room || left === 1) return true;
    for (const image of group) parts[image] = part;
    room -= group.length;
    left--;
    return false;
  });
}

/**
 * Divides images into folds of about the same size, each with about the same share of every class; a group stays
 * together.
 * @param {ArrayLike<number>} labels [count]
 * @param {ArrayLike<number>} groups [count]: the first image of each one's group
 * @param {number} folds
 * @param {Iterable<number>} ranks [count]: the images in the order of chance
 * @returns {Uint16Array} [count]: the fold of each
 */
export function foldsOf(labels, groups, folds, ranks) {
  const fold = new Uint16Array(labels.length);
  const sizes = Array(folds).fill(0);
  for (const all of groupsByClass(labels, groups, ranks)) {
    const inClass = Array(folds).fill(0);
    for (const group of all) {
      const emptiest = inClass.reduce((best, size, i) => {
        const isEmptier = size < inClass[best] || (size === inClass[best] && sizes[i] < sizes[best]);
        return isEmptier ? i : best;
      }, 0);
      for (const image of group) fold[image] = emptiest;
      inClass[emptiest] += group.length;
      sizes[emptiest] += group.length;
    }
  }
  return fold;
}
