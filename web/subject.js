import { CLASS_NAMES } from '../shim/datasets/catalogue.js';

/**
 * What images are of: all that the page and its models have to know of them.
 *
 * @typedef {readonly number[]} Shape of an image: height, width, channels
 * @typedef {{ shape: Shape, classNames: readonly string[] }} Subject
 */

/** Of Fashion-MNIST and drawn garments, and of the page before anything has loaded. @type {Subject} */
export const GARMENTS = { shape: [28, 28, 1], classNames: CLASS_NAMES };

/**
 * The subject of a dataset; without one, the garments.
 * @param {{ classNames: readonly string[], train: { images: number[] } } | null} info
 * @returns {Subject}
 */
export const subjectOf = (info) =>
  info ? { shape: info.train.images.slice(1), classNames: info.classNames } : GARMENTS;

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
export function fits({ inputShape, outputShape, metadata }, { shape, classNames }) {
  const { classNames: known, preparation } = metadata ?? {};
  const says = Array.isArray(known) && (preparation !== undefined || !areGarments(classNames));
  return (
    sameList(inputShape, shape) && sameList(outputShape, [classNames.length]) && (!says || sameList(known, classNames))
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
const sameList = (some, others) => some.length === others.length && some.every((each, i) => each === others[i]);
