import { areGarments } from '../subject.js';

/** @typedef {{ split: import('../worker.js').Split, indices: number[] }} Chosen images that are watched */

const FACES = 25;

/**
 * Which images are watched: of garments the first test images, as in section 4; of others some from all over, as they
 * may be in the order of their classes.
 * @param {import('../session.js').DatasetInfo} info
 * @returns {Chosen}
 */
export function chosenOf({ train, validation, test, classNames }) {
  const parts = Object.entries({ test, validation, train }).map(([split, part]) => ({
    split,
    images: part?.images[0] ?? 0,
  }));
  const { split, images } = /** @type {typeof parts[number]} */ (parts.find((part) => part.images > 0));
  const faces = Math.min(FACES, images);
  const step = areGarments(classNames) ? 1 : images / faces;
  const indices = Array.from({ length: faces }, (_, i) => Math.floor(i * step));
  return { split: /** @type {Chosen['split']} */ (split), indices };
}
