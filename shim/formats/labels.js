import { checkNesting } from './common.js';

/*
 * What a model's metadata say of its classes, as texts by key, for formats that have a place for such. Other tools look
 * for `names`: Ultralytics writes numbers and names there, as Python writes a dictionary.
 */

/** Where tools put the names of classes. */
const NAMES = ['names', 'class_names', 'classes', 'labels'];
/** One name in JSON or Python, after its number, if it has one. */
const NAME = /\s*(?:["']?(\d{1,9})["']?\s*:\s*)?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*(?:,|$)/y;

/**
 * @param {Record<string, unknown>} [metadata] of a model
 * @returns {Record<string, string>}
 */
export function textsOf({ classNames, preparation, threshold } = {}) {
  const names = Array.isArray(classNames) ? { ...classNames } : undefined;
  const said = Object.entries({ names, preparation, threshold }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said.map(([key, value]) => [key, JSON.stringify(value)]));
}

/** @param {string} text in the quotes of JSON or Python @returns {string} throws if it is none */
function unquoted(text) {
  if (text.startsWith('"')) return JSON.parse(text);
  const inside = text.slice(1, -1).replace(/\\'|"/g, (mark) => (mark === '"' ? '\\"' : "'"));
  return JSON.parse(`"${inside.replace(/\\x(..)/g, '\\u00$1')}"`);
}

/**
 * Names in their order.
 * @param {string} text a dictionary or a list, of JSON or Python
 * @returns {string[] | undefined} undefined if it is none
 */
function namesFrom(text) {
  const trimmed = text.trim();
  const inside = trimmed.slice(1, -1).trim();
  if (inside === '' || !['{}', '[]', '()'].includes(`${trimmed[0]}${trimmed.at(-1)}`)) return undefined;
  /** @type {Map<number, string>} */
  const names = new Map();
  NAME.lastIndex = 0;
  while (NAME.lastIndex < inside.length) {
    const found = NAME.exec(inside);
    if (!found) return undefined;
    names.set(Number(found[1] ?? names.size), unquoted(found[2]));
  }
  const all = Array.from(names, (_, k) => names.get(k));
  return all.every((name) => name !== undefined) ? all : undefined;
}

/** @param {string} text @returns {unknown} */
function valueFrom(text) {
  const value = JSON.parse(text);
  checkNesting(value);
  return value;
}

/** @param {unknown} value */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * @template T
 * @param {() => T} read
 * @returns {T | undefined} undefined for what cannot be read: it is another tool's
 */
function attempt(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/**
 * @param {Map<string, string>} texts by key, of any tool
 * @returns {Record<string, unknown> | undefined} metadata; undefined if they say nothing of classes
 */
export function metadataFrom(texts) {
  const classNames = NAMES.map((key) => attempt(() => namesFrom(texts.get(key) ?? ''))).find(Boolean);
  if (!classNames) return undefined;
  const [preparation, threshold] = ['preparation', 'threshold'].map((key) =>
    attempt(() => valueFrom(texts.get(key) ?? '')),
  );
  return {
    classNames,
    ...(isObject(preparation) && { preparation }),
    ...(typeof threshold === 'number' && { threshold }),
  };
}
