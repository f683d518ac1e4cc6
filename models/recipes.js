import { FittingRoomError } from '../shim/index.js';
import { accurate } from './accurate.js';
import { photos } from './photos.js';
import { tutorial } from './tutorial.js';
import { twoBlock } from './two-block.js';

/** @import { Recipe } from './recipe.js' */

const RECIPES = [tutorial, photos, accurate, twoBlock];

/** Recipes whose model is stored as a file. */
export const STORED = RECIPES.filter(({ dtype }) => dtype);

/** @param {string[]} names none: all that have a file @returns {Recipe[]} */
export function recipesOf(names) {
  if (names.length === 0) return STORED;
  return names.map((name) => {
    const recipe = RECIPES.find((each) => each.name === name);
    if (recipe) return recipe;
    throw new FittingRoomError(`models: there is ${RECIPES.map((each) => each.name).join(', ')}, got ${name}`);
  });
}
