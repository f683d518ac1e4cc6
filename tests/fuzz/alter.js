/** How files are damaged: changes to their bytes, and to the JSON or other messages in them. */
import fc from 'fast-check';
import { awkward } from './property.js';

/** @typedef {{ place: number, size: number, value: number }} Word bytes overwritten by a number, little-endian */
/**
 * @typedef {{ words: Word[], cut: number, moved: [number, number, number][], more: Uint8Array }} Damage moved: from,
 *   to, length
 */

/** Counts, lengths and addresses as formats have them; negative ones are positions in the file. */
const number = fc.oneof(
  fc.nat(255),
  fc.constantFrom(0, 1, 2, 64, 255, 65535, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 53),
  fc.integer({ min: -4000, max: -1 }),
);
const word = fc.record({ place: fc.nat(), size: fc.constantFrom(1, 1, 2, 4, 8), value: number });

/** @type {fc.Arbitrary<Damage>} */
export const damages = fc.record({
  words: fc.array(word, { maxLength: 4 }),
  cut: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.nat(80) },
    { weight: 1, arbitrary: fc.nat() },
  ),
  moved: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(64)), { maxLength: 1 }),
  more: fc.oneof(
    { weight: 3, arbitrary: fc.constant(new Uint8Array()) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  ),
});

/** @type {WeakMap<Uint8Array, number[]>} per file, the positions of nonzero bytes and of their neighbours */
const busy = new WeakMap();

/** @param {Uint8Array} file @returns {number[]} never empty */
function placesIn(file) {
  const known = busy.get(file);
  if (known) return known;
  const places = [...file.keys()].filter((at) => file[at] || file[at - 1] || file[at + 1]);
  busy.set(file, places);
  return places;
}

/** @param {Uint8Array} file of at least one byte @param {Damage} damage @returns {Uint8Array<ArrayBuffer>} */
export function damaged(file, { words, cut, moved, more }) {
  const places = placesIn(file);
  const bytes = Buffer.from(file);
  for (const [from, to, length] of moved)
    bytes.copy(bytes, to % bytes.length, from % bytes.length, (from % bytes.length) + length);
  for (const { place, size, value } of words) {
    const at = places[place % places.length];
    let rest = value < 0 ? places[-value % places.length] : value;
    for (let i = at; i < Math.min(at + size, bytes.length); i++) {
      bytes[i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }
  return new Uint8Array(Buffer.concat([bytes.subarray(0, bytes.length - (cut % bytes.length)), more]));
}

/**
 * path: which key at each depth, modulo how many there are.
 * @typedef {{ path: number[], how: string, key: string, value: unknown }} Change
 */

const KEYS = [
  'shape',
  'name',
  'from',
  'activation',
  'config',
  'class_name',
  'training',
  'constructor',
  '__proto__',
  'length',
  '0',
  '99',
];

/** @type {fc.Arbitrary<Change>} */
export const changes = fc.record({
  path: fc.array(fc.nat(), { minLength: 1, maxLength: 9 }),
  how: fc.constantFrom('replace', 'replace', 'remove', 'add', 'repeat', 'exchange'),
  key: fc.constantFrom(...KEYS),
  value: fc.oneof(
    awkward,
    fc.jsonValue({ maxDepth: 2 }),
    fc.array(fc.integer(), { maxLength: 4 }),
    fc.integer({ min: -1, max: 12 }),
  ),
});

/** @param {any} place @param {string} key @param {unknown} value */
const put = (place, key, value) =>
  Object.defineProperty(place, key, { value, enumerable: true, configurable: true, writable: true });

/**
 * Alters JSON or a message in one place.
 * @param {any} whole
 * @param {Change} change
 * @param {(change: Change, before: any) => unknown} [replacement] the new value, for a message whose fields have types
 * @returns {number} how many places were altered: 1, or 0 if there is nothing to alter
 */
export function alter(whole, change, replacement) {
  const { path, key } = change;
  let place = whole;
  for (const [depth, step] of path.entries()) {
    const keys = Object.keys(place);
    if (keys.length === 0) return 0;
    const at = keys[step % keys.length];
    const next = place[at];
    const isNested =
      typeof next === 'object' && next !== null && !ArrayBuffer.isView(next) && Object.keys(next).length > 0;
    if (depth < path.length - 1 && isNested) {
      place = next;
      continue;
    }
    const other = keys[(step + 1) % keys.length];
    // which from then on belongs to this file alone
    const value = structuredClone(replacement ? replacement(change, next) : change.value);
    const how = replacement && !Array.isArray(place) && change.how !== 'remove' ? 'replace' : change.how;
    if (how === 'replace') put(place, at, value);
    else if (how === 'remove') Array.isArray(place) ? place.splice(Number(at), 1) : delete place[at];
    else if (how === 'add') Array.isArray(place) ? place.push(value) : put(place, key, value);
    else if (how === 'repeat') {
      const copy = structuredClone(next);
      Array.isArray(place) ? place.splice(Number(at), 0, copy) : put(place, key, copy);
    } else [place[at], place[other]] = [place[other], next];
    return 1;
  }
  return 0;
}
