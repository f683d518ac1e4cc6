import { hook, setText } from '../dom.js';
import { recall, remember } from '../storage.js';
import { isolated } from './bidi.js';
import { shortKey } from './key.js';
/**
 * Every visible string, in the language of the moment, and numbers as that language writes them. Only the language that
 * is shown is loaded; until it is there, the page has the English of index.html.
 */

/** @typedef {Record<string, () => Promise<{ texts: Record<string, string> }>>} Languages */

/** What texts there are; parts of the page that come later bring theirs. @type {Languages[]} */
const PARTS = [{ en: () => import('./en/page.js'), 'zh-Hans': () => import('./zh-Hans/page.js') }];

/** @type {(() => void)[]} */
const listeners = [];
let language = 'en';
/** @type {Record<string, string> | null} */
let texts = null;

/** Values that are sentences themselves; setText sees to the names in them. */
const SENTENCES = ['detail', 'reason'];

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values] names and numbers
 * @returns {string} empty before the language is there
 */
export function t(key, values = {}) {
  if (!texts) return '';
  const text = texts[shortKey(key)];
  if (text === undefined) throw new Error(`no text for ${key} in ${language}`);
  return text.replace(/\{(\w+)\}/g, (_, name) =>
    SENTENCES.includes(name) ? String(values[name]) : isolated(String(values[name])),
  );
}

/** Calls `render` as soon as there are texts, and whenever the language changes. @param {() => void} render */
export function onLanguage(render) {
  listeners.push(render);
  if (texts) render();
}

/**
 * Settles when the first language is there, or cannot be had.
 * @param {Promise<any>} others what is to be on the page before it is shown, so that all is rendered once; never fails
 */
export function setUpLanguage(others) {
  const select = hook('language');
  select.value = recall('language') ?? preferred();
  if (select.selectedIndex < 0) select.value = preferred();
  select.addEventListener('change', () => {
    remember('language', select.value);
    change();
  });
  waited = others;
  return change();
}

/** @type {Promise<any>} */
let waited;

/** One change after the other, so that whoever waits for texts has them then. */
let changed = Promise.resolve();
const change = () => (changed = changed.then(show));

/** Shows the language that is chosen, once its texts are there. */
async function show() {
  const select = hook('language');
  const chosen = select.value;
  const latest = () => select.value === chosen;
  try {
    const load = () => Promise.all(PARTS.map((part) => part[chosen]()));
    let [loaded] = await Promise.all([load(), waited]);
    while (loaded.length < PARTS.length) loaded = await load(); // a part came meanwhile
    if (latest()) apply(chosen, Object.assign({}, ...loaded.map((each) => each.texts)));
  } catch {
    if (!texts)
      document.documentElement.classList.add('unloaded'); // of which index.html tells in words of its own
    else if (latest()) select.value = language; // no network: the language stays
  }
}

/**
 * Adds the texts of a part of the page that comes later; settles when they can be shown, fails where they cannot be
 * had.
 * @param {Languages} languages
 */
export async function addTexts(languages) {
  if (!texts) {
    await languages[hook('language').value](); // what cannot be had must not keep the others from being shown
    if (!texts) return void PARTS.push(languages);
  }
  const added = changed.then(async () => {
    texts = { ...texts, ...(await languages[language]()).texts };
    PARTS.push(languages);
  });
  changed = added.catch(() => {});
  return added;
}

function preferred() {
  return navigator.languages?.[0]?.toLowerCase().startsWith('zh') ? 'zh-Hans' : 'en';
}

/** @param {string} next @param {Record<string, string>} loaded */
function apply(next, loaded) {
  language = next;
  texts = loaded;
  document.querySelector('.reload')?.remove(); // the page is there, and can tell of itself
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

/** What stands for a number that there is none of. */
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
