import { FIELDS } from '../settings.js';

/**
 * How pictures become images, as the settings ask for it. The page's models, whose layers another may begin with, know
 * garments that are cut out, and so small; with a saved one, the settings are what it knows.
 *
 * @typedef {Pick<import('../settings.js').Settings, 'base' | 'size' | 'colour' | 'crop'>} Wanted
 */

const CUTOUT = { size: '28', colour: false, crop: 'cutout' };

/** @param {Wanted} wanted */
export const makingOf = ({ base, size, colour, crop }) =>
  FIELDS.base.values?.slice(1).includes(base) || crop === CUTOUT.crop ? CUTOUT : { size, colour, crop };
