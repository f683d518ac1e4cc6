import { NO_CLASS } from '../../shim/classify.js';
import { confidenceOf, verdictOf } from './album.js';

/**
 * Pictures by what is said of them.
 *
 * @typedef {import('./album.js').Item} Item
 */

/** The class by its name: what the user says or, if nothing, the model; '' without either. @param {Item} item */
export function labelOf(item) {
  const { label, predicted, found } = item;
  if (label || predicted === NO_CLASS || verdictOf(item) === 'none') return label;
  return found?.asking.classNames[predicted] ?? '';
}

/** @param {Item} item */
export const isWorking = ({ state }) => state === 'waiting' || state === 'looking';

/** Groups besides the classes, none of which has such a name. @type {Map<string, (item: Item) => boolean>} */
const GROUPS = new Map([
  ['\0unsure', (item) => !item.label && item.predicted !== NO_CLASS && verdictOf(item) === 'unsure'],
  ['\0none', (item) => !item.label && verdictOf(item) === 'none'],
  ['\0corrected', ({ label }) => label !== ''],
  ['\0refused', ({ state, label }) => state === 'refused' && !label],
]);

/** @param {string} group the name of a class, one of GROUPS, or '' for all @param {Item} item */
export const isIn = (group, item) => group === '' || (GROUPS.get(group)?.(item) ?? labelOf(item) === group);

/**
 * How many pictures each group has: all, those of GROUPS, then the classes in the order of the model's.
 * @param {Item[]} items
 * @param {readonly string[]} classNames
 * @returns {{ group: string, count: number }[]} of which there are any
 */
export function groupsOf(items, classNames) {
  const counts = new Map(['', ...GROUPS.keys(), ...classNames].map((group) => [group, 0]));
  const add = (/** @type {string} */ group) => counts.set(group, (counts.get(group) ?? 0) + 1);
  for (const item of items) {
    add('');
    for (const [group, holds] of GROUPS) if (holds(item)) add(group);
    const label = labelOf(item);
    if (label) add(label);
  }
  return [...counts].map(([group, count]) => ({ group, count })).filter(({ count }) => count > 0);
}

/** @type {Record<string, (a: Item, b: Item) => number>} */
export const ORDERS = {
  least: (a, b) => certaintyOf(a) - certaintyOf(b) || a.id - b.id,
  class: (a, b) => labelOf(a).localeCompare(labelOf(b)) || certaintyOf(b) - certaintyOf(a),
  name: (a, b) => a.file.name.localeCompare(b.file.name, undefined, { numeric: true }),
  given: (a, b) => a.id - b.id,
};

/** Of what is said: the user is sure. @param {Item} item */
const certaintyOf = (item) => (item.label ? 1 : confidenceOf(item));
