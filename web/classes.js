import { t } from './i18n/index.js';
import { NO_CLASS } from '../shim/classify.js';
import { GARMENTS, sameList } from './subject.js';

/** The lists of names that the page translates, and the key of class k's text. */
const translated = new Map([[GARMENTS.classNames, (/** @type {number} */ k) => `class.${k}`]]);

/**
 * The name of a class, which people may have given it; a dash for NO_CLASS.
 * @param {number} k
 * @param {readonly string[]} classNames of the subject
 */
export function className(k, classNames) {
  if (k === NO_CLASS) return '–';
  for (const [names, keyOf] of translated) if (sameList(names, classNames)) return t(keyOf(k));
  return classNames[k];
}

/**
 * A class that is known by its name.
 * @param {string} name
 * @param {readonly string[]} classNames of the subject
 */
export const shownName = (name, classNames) =>
  classNames.includes(name) ? className(classNames.indexOf(name), classNames) : name;

/** Of all classes, in their order. @param {readonly string[]} classNames */
export const namesOf = (classNames) => classNames.map((_, k) => className(k, classNames));
