import { PARTS } from '../../shim/datasets/split.js';

/**
 * What was found in the user's pictures.
 *
 * @typedef {import('../../shim/datasets/folder.js').Refused} Refused
 * @typedef {import('./project.js').OwnDataset} OwnDataset
 *
 * @typedef {{ split: import('../worker.js').Split, index: number }} Place of an image
 * @typedef {Place & { picture: number, name: string }} Shown one picture of a class; `picture`: its number
 */
/**
 * The first of many.
 * @template T
 * @typedef {{ count: number, some: T[] }} Some
 */
/**
 * @typedef {Place & { name: string, label: number }} Member of a group of pictures that are nearly the same
 * @typedef {{ count: number, members: Member[] }} Group `members`: the first of them
 *
 * @typedef {object} Findings
 * @property {{ id: string, title: string, making: import('./given.js').Making, undo: import('./edits.js').Told | null }
 *   | null} project null: the images came as pixels; `undo`: what can be undone
 * @property {number} awaited pictures that had not been saved when the page was closed
 * @property {{ id: number, train: number, validation: number, test: number, example: Place | null }[]} classes
 * @property {number} imbalance how many times as many pictures the largest class has as the smallest, for training
 * @property {Some<Refused>} refused
 * @property {Some<string>} small
 * @property {{ groups: number, pictures: number }} alike
 * @property {Some<Group>} contradictions
 * @property {Some<Group>} leaks
 */

const MOST_NAMED = 200;
const MOST_GROUPS = 20;
const MOST_MEMBERS = 6;

/**
 * @param {import('./project.js').Project | null} project null: the images came as pixels
 * @param {OwnDataset} own its dataset
 * @returns {Findings}
 */
export function findingsOf(project, own) {
  const { classes, imbalance, leaks, contradictions } = own.report;
  const examples = examplesOf(own);
  const places = placesOf(own, new Set([...leaks, ...contradictions].flatMap(({ names }) => names)));
  const groupOf = (/** @type {{ names: string[] }} */ { names }) => ({
    count: names.length,
    members: names.slice(0, MOST_MEMBERS).flatMap((name) => places.get(name) ?? []),
  });
  return {
    project: project && {
      id: project.id,
      title: project.title,
      making: project.making,
      undo: project.past.at(-1)?.edit ?? null,
    },
    awaited: project?.awaited ?? 0,
    classes: classes.map(({ train, validation, test }, k) => ({
      ...{ id: project?.state.classes[k].id ?? k, train, validation, test },
      example: examples[k],
    })),
    imbalance,
    refused: someOf(own.refused, MOST_NAMED),
    small: someOf(own.small, MOST_NAMED),
    alike: { groups: own.alike.length, pictures: own.alike.reduce((sum, { names }) => sum + names.length, 0) },
    contradictions: someOf(contradictions.map(groupOf), MOST_GROUPS),
    leaks: someOf(leaks.map(groupOf), MOST_GROUPS),
  };
}

/** @template T @param {T[]} all @param {number} most @returns {Some<T>} */
const someOf = (all, most) => ({ count: all.length, some: all.slice(0, most) });

/** The first image of each class. @param {OwnDataset} dataset @returns {(Place | null)[]} */
function examplesOf(dataset) {
  /** @type {(Place | null)[]} */
  const examples = dataset.classNames.map(() => null);
  for (const split of PARTS)
    dataset[split].labels.data.forEach((label, index) => (examples[label] ??= { split, index }));
  return examples;
}

/** @param {OwnDataset} dataset @param {Set<string>} wanted names of pictures @returns {Map<string, Member>} */
function placesOf(dataset, wanted) {
  const places = new Map();
  for (const split of PARTS) {
    const { names, labels } = dataset[split];
    names.forEach((name, index) => {
      if (wanted.has(name)) places.set(name, { split, index, name, label: labels.data[index] });
    });
  }
  return places;
}
