/** @import { Divided } from './division.js' */
/** @import { Part } from './split.js' */

/**
 * @typedef {object} DataReport
 * @property {{ name: string, train: number, validation: number, test: number }[]} classes pictures of each
 * @property {number} imbalance how many times as many pictures the largest class has as the smallest, for training
 * @property {Record<number, number>} classWeight for `fit`: with it, each class counts as much as any other, and the
 *   mean weight of a picture is 1
 * @property {{ names: string[], parts: Part[] }[]} leaks pictures that are nearly the same, but not all in one part:
 *   what was learnt from one is tested with another
 * @property {{ names: string[], labels: string[] }[]} contradictions pictures that are nearly the same, but in several
 *   classes
 */

/**
 * What there is to know of a dataset before training.
 * @param {Divided} dataset of fromPictures, fromFolder, fromCsv or fromIdx
 * @returns {DataReport} `refused`, `alike` and `small` are in the dataset itself
 */
export function report({ classNames, train, validation, test, alike }) {
  const parts = { train, validation, test };
  const counts = Object.values(parts).map(({ labels }) => countsOf(labels.data, classNames.length));
  const classes = classNames.map((name, i) => ({
    name,
    ...{ train: counts[0][i], validation: counts[1][i], test: counts[2][i] },
  }));
  /** @type {Map<string, string>} */
  const labelOf = new Map();
  for (const { names, labels } of Object.values(parts))
    names.forEach((name, i) => labelOf.set(name, classNames[labels.data[i]]));
  const groups = alike.map(({ names, parts: places }) => ({
    names,
    parts: places,
    labels: names.map((name) => labelOf.get(name) ?? ''),
  }));
  return {
    classes,
    imbalance: Math.max(...counts[0]) / Math.max(1, Math.min(...counts[0])),
    classWeight: balancedWeights(counts[0]),
    leaks: groups.filter((group) => new Set(group.parts).size > 1).map(({ labels, ...rest }) => rest),
    contradictions: groups
      .filter((group) => new Set(group.labels).size > 1)
      .map(({ names, labels }) => ({ names, labels })),
  };
}

/** @param {ArrayLike<number>} labels @param {number} classes @returns {number[]} images of each class */
function countsOf(labels, classes) {
  const counts = Array(classes).fill(0);
  for (let i = 0; i < labels.length; i++) counts[labels[i]]++;
  return counts;
}

/**
 * n / (classes · n of the class), as scikit-learn's 'balanced'. Classes without images do not count.
 * @param {number[]} counts
 */
function balancedWeights(counts) {
  const some = counts.filter((count) => count > 0).length;
  const all = counts.reduce((sum, count) => sum + count, 0);
  return Object.fromEntries(counts.flatMap((count, i) => (count > 0 ? [[i, all / (some * count)]] : [])));
}
