import { t } from './i18n/index.js';
import { NO_CLASS } from '../shim/classify.js';
import { areGarments } from './subject.js';

/**
 * The name of a class, which people may have given it; a dash for NO_CLASS.
 * @param {number} k
 * @param {readonly string[]} classNames of the subject
 */
export const className = (k, classNames) =>
  k === NO_CLASS ? '–' : areGarments(classNames) ? t(`class.${k}`) : classNames[k];

/**
 * A class that is known by its name.
 * @param {string} name
 * @param {readonly string[]} classNames of the subject
 */
export const shownName = (name, classNames) =>
  classNames.includes(name) ? className(classNames.indexOf(name), classNames) : name;

/** Of all classes, in their order. @param {readonly string[]} classNames */
export const namesOf = (classNames) => classNames.map((_, k) => className(k, classNames));
