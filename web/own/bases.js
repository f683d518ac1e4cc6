import { isolated } from '../i18n/bidi.js';
import { t } from '../i18n/index.js';
import { modelsKept } from '../keep/store.js';

/**
 * The models that a new one can begin with: the page's, and those that were saved in this browser and say how pictures
 * become their images.
 *
 * @typedef {import('./given.js').Making} Making
 */

/** How a setting spells a saved model. @param {string} id */
const spellingOf = (id) => `saved:${id}`;

export function createBases() {
  /** @type {(import('../keep/store.js').Entry & { making: Making })[]} */
  let saved = [];

  /** @param {string} value */
  const entryOf = (value) => saved.find(({ id }) => spellingOf(id) === value);

  return {
    /** Looks which models are saved by now. */
    async look() {
      const entries = await modelsKept().catch(() => []);
      saved = entries.flatMap((entry) => (entry.making ? [{ ...entry, making: entry.making }] : []));
    },
    /** The saved ones, as values of the setting. */
    get values() {
      return saved.map(({ id }) => spellingOf(id));
    },
    /** How pictures become images for it; undefined for what is no saved model. @param {string} value */
    makingOf: (value) => entryOf(value)?.making,
    /** @param {string} value */
    nameOf(value) {
      const entry = entryOf(value);
      if (entry) return t('base.saved', { name: isolated(entry.name) });
      return t(value.startsWith(spellingOf('')) ? 'base.gone' : `base.${value}`);
    },
  };
}

/** @typedef {ReturnType<typeof createBases>} Bases */
