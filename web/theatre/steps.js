import { without } from '../editing.js';

/**
 * What somebody may want to do after a run.
 *
 * @typedef {import('../settings.js').Settings} Settings
 */

/**
 * Variations of a run that are worth a look, as far as they can be made: the first one is offered.
 * @type {{ key: string, applies: (settings: Settings) => boolean, change: (settings: Settings) => void }[]}
 */
const VARIATIONS = [
  {
    key: 'without-dropout',
    applies: ({ layers }) => layers.some(isDropout),
    change: (settings) => {
      for (let at = settings.layers.length - 1; at >= 0; at--)
        if (isDropout(settings.layers[at])) settings.layers = without(settings.layers, at).left;
    },
  },
  {
    key: 'other-seed',
    applies: () => true,
    change: (settings) => void (settings.seed = (settings.seed + 1) % 2 ** 32),
  },
];

/** @param {import('../model-spec.js').Layer} layer */
const isDropout = ({ kind }) => kind === 'dropout';

/** @param {Settings} settings */
export function variationOf(settings) {
  const { key, change } = /** @type {typeof VARIATIONS[number]} */ (
    VARIATIONS.find(({ applies }) => applies(settings))
  );
  return { key, change: () => change(settings) };
}

/**
 * Hands the page's address on, which holds all settings: to another program, or to the clipboard.
 * @param {string} text that goes with it
 * @returns {Promise<'shared' | 'copied' | 'refused'>}
 */
export async function share(text) {
  const { title } = document;
  const { href: url } = location;
  try {
    if (navigator.share && matchMedia('(pointer: coarse)').matches) {
      await navigator.share({ title, text, url });
      return 'shared';
    }
    await navigator.clipboard.writeText(`${text} ${url}`);
    return 'copied';
  } catch (error) {
    return /** @type {Error} */ (error).name === 'AbortError' ? 'shared' : 'refused';
  }
}
