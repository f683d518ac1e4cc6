import { CLASS_NAMES } from '../shim/datasets/catalogue.js';

/**
 * What images are of: all that the page and its models have to know of them.
 *
 * @typedef {readonly number[]} Shape of an image: height, width, channels
 * @typedef {{ shape: Shape, classNames: readonly string[], formerNames?: readonly string[][] }} Subject `formerNames`:
 *   what the same classes were called before
 */

/** Of Fashion-MNIST and drawn garments, and of the page before anything has loaded. @type {Subject} */
export const GARMENTS = { shape: [28, 28, 1], classNames: CLASS_NAMES };

/**
 * The subject of a dataset; without one, the garments.
 * @param {{ classNames: readonly string[], formerNames?: string[][], train: { images: number[] } } | null} info
 * @returns {Subject}
 */
export const subjectOf = (info) => (info ? subjectFrom(info) : GARMENTS);

/** @param {NonNullable<Parameters<typeof subjectOf>[0]>} info @returns {Subject} */
const subjectFrom = ({ train, classNames, formerNames = [] }) => ({
  shape: train.images.slice(1),
  classNames,
  formerNames,
});

/**
 * Whether these are the ten garments: the page translates their names, and draws their images as ink on paper.
 * @param {readonly string[]} classNames
 */
export const areGarments = (classNames) => sameList(classNames, CLASS_NAMES);

/** @param {Subject} one @param {Subject} other */
export const isSame = (one, other) => sameList(one.shape, other.shape) && sameList(one.classNames, other.classNames);

/**
 * Whether a model takes a subject's images and tells its classes apart. Many files do not say which classes they know.
 * @param {{ inputShape: number[], outputShape: number[], metadata?: Record<string, any> }} model
 * @param {Subject} subject
 */
export function fits({ inputShape, outputShape, metadata }, { shape, classNames, formerNames = [] }) {
  const { classNames: known, preparation } = metadata ?? {};
  const says = Array.isArray(known) && (preparation !== undefined || !areGarments(classNames));
  const isKnown = (/** @type {readonly string[]} */ names) => sameList(known, names);
  return (
    sameList(inputShape, shape) &&
    sameList(outputShape, [classNames.length]) &&
    !preparation?.range && // the dataset's images are bytes
    (!says || [classNames, ...formerNames].some(isKnown))
  );
}

/** @param {Subject} subject */
export const misfit = ({ shape, classNames }, /** @type {{ inputShape: number[], outputShape: number[] }} */ model) =>
  Object.assign(
    new Error(
      `the loaded images need a model from [${shape}] to [${classNames.length}] with their classes, got ` +
        `[${model.inputShape}] to [${model.outputShape}]`,
    ),
    { code: 'misfit' },
  );

/** @template T @param {readonly T[]} some @param {readonly T[]} others */
export const sameList = (some, others) => some.length === others.length && some.every((each, i) => each === others[i]);
