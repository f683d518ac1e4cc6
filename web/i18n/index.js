import { hook, setText } from '../dom.js';
import { recall, remember } from '../storage.js';
import { isolated } from './bidi.js';

/**
 * Every visible string in the current language, and numbers as that language writes them. Only the language that is
 * shown is loaded; until then, the page shows the English of index.html.
 *
 * A language is a folder here, with one file for each part of the page, and an option of index.html's language menu.
 */

/** @typedef {Record<string, string>} Texts by key */

const FILES = /** @type {Record<string, () => Promise<{ texts: Texts }>>} */ (import.meta.glob('./*/*.js'));

/** @param {string} part of the page @param {string} language */
const load = async (part, language) => (await FILES[`./${language}/${part}.js`]()).texts;

/** The parts whose texts are wanted; those that load after the page add theirs. */
const parts = ['page'];

/** @type {(() => void)[]} */
const listeners = [];
let language = 'en';
/** @type {Texts | null} */
let texts = null;

/** Values that are sentences themselves; setText isolates the names in them. */
const SENTENCES = ['detail', 'reason'];

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values] names and numbers
 * @returns {string} empty before the language has loaded
 */
export function t(key, values = {}) {
  if (!texts) return '';
  const text = texts[key];
  if (text === undefined) throw new Error(`no text for ${key} in ${language}`);
  return text.replace(/\{(\w+)\}/g, (_, name) =>
    SENTENCES.includes(name) ? String(values[name]) : isolated(String(values[name])),
  );
}

/** Calls `render` once the texts have loaded, and whenever the language changes. @param {() => void} render */
export function onLanguage(render) {
  listeners.push(render);
  if (texts) render();
}

/**
 * Resolves once the first language has loaded, or has failed to load.
 * @param {Promise<unknown>} others what the page waits for before it is shown, so that all is rendered once; never
 *   rejects
 */
export function setUpLanguage(others) {
  const select = hook('language', 'select');
  select.value = recall('language') ?? preferred();
  if (select.selectedIndex < 0) select.value = preferred();
  select.addEventListener('change', () => {
    remember('language', select.value);
    change();
  });
  waited = others;
  return change();
}

/** @type {Promise<unknown>} */
let waited;

/** One change after the other: whoever waits for a change finds its texts. */
let changed = Promise.resolve();
const change = () => (changed = changed.then(show));

/** Shows the chosen language once its texts have loaded. */
async function show() {
  const select = hook('language', 'select');
  const chosen = select.value;
  const latest = () => select.value === chosen;
  try {
    const loadAll = () => Promise.all(parts.map((part) => load(part, chosen)));
    let [loaded] = await Promise.all([loadAll(), waited]);
    while (loaded.length < parts.length) loaded = await loadAll(); // a part was added meanwhile
    if (latest()) apply(chosen, Object.assign({}, ...loaded));
  } catch {
    if (!texts)
      document.documentElement.classList.add('unloaded'); // index.html says so
    else if (latest()) select.value = language; // no network: the language stays
  }
}

/**
 * Adds the texts of a part of the page that loads later; resolves when they can be shown, rejects where they fail to
 * load.
 * @param {string} part as its file is called in each language's folder
 */
export async function addTexts(part) {
  if (!texts) {
    await load(part, hook('language', 'select').value); // a part that fails must not keep the others from being shown
    if (!texts) return void parts.push(part);
  }
  const added = changed.then(async () => {
    texts = { ...texts, ...(await load(part, language)) };
    parts.push(part);
  });
  changed = added.catch(() => {});
  return added;
}

/** The language of the menu that the browser asks for first, whatever the region; else English. */
function preferred() {
  const primary = (/** @type {string} */ tag) => tag.toLowerCase().split('-')[0];
  const wanted = primary(navigator.languages?.[0] ?? '');
  const values = [...hook('language', 'select').options].map(({ value }) => value);
  return values.find((value) => primary(value) === wanted) ?? 'en';
}

/** @param {string} next @param {Texts} loaded */
function apply(next, loaded) {
  language = next;
  texts = loaded;
  document.querySelector('.reload')?.remove(); // index.html's offer to reload a page that does not load
  document.documentElement.lang = next;
  document.title = t('title');
  translate('[data-i18n]', 'i18n', setText);
  translate('[data-i18n-label]', 'i18nLabel', (node, text) => node.setAttribute('aria-label', text));
  for (const render of listeners) render();
}

/** @param {string} selector @param {string} name @param {(node: HTMLElement, text: string) => void} put */
function translate(selector, name, put) {
  for (const node of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(selector))) {
    put(node, t(/** @type {string} */ (node.dataset[name])));
  }
}

/** @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/** Shown in place of a number that is not finite. */
export const NONE = '–';

/** @param {number} value @param {Intl.NumberFormatOptions} options */
function format(value, options) {
  if (!Number.isFinite(value)) return NONE;
  const key = language + JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.NumberFormat(language, options);
  formats.set(key, known);
  return known.format(value);
}

/** @param {number} value */
export const count = (value) => format(value, { maximumFractionDigits: 0 });

/** @param {number} value @param {number} digits */
export const decimal = (value, digits) =>
  format(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** @param {number} share 0…1 @param {number} [digits] */
export const percent = (share, digits = 1) =>
  format(share, { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits });

/** @param {number} bytes */
export const megabytes = (bytes) =>
  format(bytes / 1e6, { style: 'unit', unit: 'megabyte', minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** @param {number} seconds */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return NONE;
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
