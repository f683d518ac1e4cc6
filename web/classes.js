import { t } from './i18n/index.js';
import { NO_CLASS } from '../shim/classify.js';

/** The name of a class; a dash for NO_CLASS. @param {number} k */
export const className = (k) => (k === NO_CLASS ? '–' : t(`class.${k}`));

const CLASSES = 10;

/** Of all classes, in their order. */
export const classNames = () => Array.from({ length: CLASSES }, (_, k) => className(k));
