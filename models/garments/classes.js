/** What Fashion-MNIST's classes have in common, as far as it matters for how garments lie. */

const [T_SHIRT, TROUSER, PULLOVER, DRESS, COAT, SANDAL, SHIRT, SNEAKER, BAG, ANKLE_BOOT] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
];

/** @param {number[]} labels */
const oneOf = (labels) => (/** @type {number} */ label) => labels.includes(label);

export const isTop = oneOf([T_SHIRT, PULLOVER, COAT, SHIRT]);
export const isDress = oneOf([DRESS]);
export const isTrouser = oneOf([TROUSER]);
export const isSandal = oneOf([SANDAL]);
export const isShoe = oneOf([SANDAL, SNEAKER, ANKLE_BOOT]);
export const isBag = oneOf([BAG]);
/** Their sleeves, if any, are short. */
export const mayBeShort = oneOf([T_SHIRT, DRESS]);
