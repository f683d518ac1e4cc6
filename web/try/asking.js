import { checkPreparation } from '../../shim/photo.js';
import { GARMENTS, fits } from '../subject.js';

/**
 * How a model wants to be asked: which image it takes, how a picture becomes one, and what its answers are called.
 *
 * @typedef {import('../../shim/photo.js').Preparation} Preparation
 * @typedef {import('../subject.js').Subject & { preparation: Preparation | null, way: string, threshold: number,
 *   share: number }} Asking
 *   `preparation`: null: the picture becomes an image like Fashion-MNIST's; `way`: the same for models that take the
 *   same images; `threshold`: below this confidence, its answer is none of its classes; `share`: every class that is at
 *   least as likely belongs to its answer (0: the likeliest alone does)
 */

const LONGEST_NAME = 100;

/** Of models that know garments, and of one that nobody has loaded. @type {Asking} */
export const AS_GARMENTS = { ...GARMENTS, preparation: null, way: '', threshold: 0, share: 0 };

/**
 * Models of people's own pictures say it in their files, which anybody may have written.
 * @param {{ inputShape: number[], outputShape: number[], metadata?: Record<string, any> }} model
 * @returns {Asking}
 * @throws {Error} if the model cannot be asked about pictures
 */
export function askingOf(model) {
  const { inputShape, outputShape, metadata = {} } = model;
  const classNames = namesIn(metadata.classNames, outputShape);
  const { crop, background, range } = metadata.preparation ?? {};
  const [threshold, share] = [metadata.threshold, metadata.share].map((bound) =>
    bound > 0 && bound <= 1 ? Number(bound) : 0,
  );
  if (crop === undefined) {
    if (fits({ inputShape, outputShape }, GARMENTS))
      return { ...AS_GARMENTS, ...(classNames && { classNames }), threshold, share };
    throw new Error(
      `this model takes [${inputShape}], gives [${outputShape}], and does not say how a picture becomes its image`,
    );
  }
  const [height, width, channels] = inputShape;
  const preparation = checkPreparation({ size: [height, width], channels, crop, background, range });
  if (outputShape.length !== 1) throw new Error(`this model gives [${outputShape}], which is not one number per class`);
  const numbered = Array.from({ length: outputShape[0] }, (_, k) => String(k));
  return {
    shape: inputShape,
    classNames: classNames ?? numbered,
    preparation,
    way: JSON.stringify(preparation),
    threshold,
    share,
  };
}

/** Whether its images are of garments that are cut out, bright on black. @param {Asking} asking */
export const isCutOut = ({ preparation }) => preparation === null || preparation.crop === 'cutout';

/** @param {unknown} names @param {number[]} outputShape @returns {string[] | null} null: they are none */
function namesIn(names, [classes]) {
  const areNames = (/** @type {unknown[]} */ all) =>
    all.length === classes && all.every((name) => typeof name === 'string' && name.length <= LONGEST_NAME);
  return Array.isArray(names) && areNames(names) ? names : null;
}
