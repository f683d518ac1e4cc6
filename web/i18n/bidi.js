/**
 * Names that people bring may be in a script that runs from right to left, and must not turn round what stands beside
 * them: “64 × 48” after one would be read as “48 × 64”.
 */

const RTL = '\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc\\u{10800}-\\u{10fff}\\u{1e800}-\\u{1efff}';
const LETTER = new RegExp(`[${RTL}]`, 'u');
const CONTROLS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** What is isolated already, a stretch of such letters, or what would turn round the rest of the line. */
const PARTS = new RegExp(`\\u2068[^\\u2069]*\\u2069|[${RTL}](?:[^\\p{L}\\u2068]*[${RTL}])*|[\\u202a-\\u202e]`, 'gu');

/** @param {string} text */
const isolate = (text) => `\u2068${text}\u2069`;

/** A name as it can stand within a sentence. @param {string} name */
export function isolated(name) {
  const plain = name.replace(CONTROLS, '');
  return LETTER.test(plain) ? isolate(plain) : plain;
}

/** A sentence that may have such names anywhere in it, as messages of errors have. @param {string} text */
export const withIsolatedNames = (text) =>
  text.replace(PARTS, (part) => (LETTER.test(part[0]) ? isolate(part) : part.length > 1 ? part : ''));
