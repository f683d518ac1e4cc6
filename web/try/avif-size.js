/**
 * An upper bound on the size of the picture that a decoder makes from an AVIF file: from its properties, from the grid
 * that assembles it, and from the headers of the video frames themselves, which decoders follow before they compare
 * them. For HEIC, only the properties count.
 */

/** @import { Bytes } from './bytes.js' */
/** @import { Claims } from './picture-size.js' */

/** Boxes that contain others, and how many bytes come before those. @type {Record<string, number>} */
const CONTAINERS = {
  meta: 4,
  iprp: 0,
  ipco: 0,
  moov: 0,
  trak: 0,
  mdia: 0,
  minf: 0,
  stbl: 0,
  stsd: 8,
  av01: 78,
  iinf: 0,
};
const DEEPEST = 9; // nested boxes
const MOST_STEPS = 50_000; // units of video, in all: items may overlap

/** @typedef {{ type: string, at: number, end: number }} Box position of its content */

/**
 * Where the parts of a file are, as it claims.
 * @typedef {object} Places
 * @property {Map<number, string>} types of the items
 * @property {{ item: number, inside: boolean, at: number, length: number }[]} items `inside`: from the start of the box
 *   `idat`
 * @property {number} held the position of that box's content
 * @property {number[]} tracks the position of each track's first frame
 * @property {number} sample bytes of the largest first frame
 */

/** @param {Bytes} bytes @param {Claims} claims */
export function boundIsobmff(bytes, claims) {
  /** @type {Places} */
  const places = { types: new Map(), items: [], held: 0, tracks: [], sample: 0 };
  walk(bytes, 0, bytes.length, 0, (box) => READERS[box.type]?.(bytes, box, claims, places));
  const steps = { left: MOST_STEPS };
  for (const { item, inside, at, length } of places.items) {
    const start = at + (inside ? places.held : 0);
    const type = places.types.get(item);
    if (type === 'grid') boundGrid(bytes, start, claims);
    if (type === 'av01') boundFrames(bytes, start, length ? start + length : bytes.length, claims, steps);
  }
  for (const at of places.tracks) boundFrames(bytes, at, at + places.sample, claims, steps);
}

/**
 * @param {Bytes} bytes
 * @param {number} start
 * @param {number} end
 * @param {number} depth
 * @param {(box: Box) => void} visit
 */
function walk(bytes, start, end, depth, visit) {
  for (let at = start; at + 8 <= end && depth <= DEEPEST; ) {
    const type = bytes.text(at + 4, 4);
    const [length, head] = lengthOf(bytes, at, end);
    if (length < head) return;
    const box = { type, at: at + head, end: Math.min(end, at + length) };
    visit(box);
    if (type in CONTAINERS) walk(bytes, box.at + skipped(bytes, box), box.end, depth + 1, visit);
    at += length;
  }
}

/** The number of items in a list takes 2 bytes, from version 1 on 4. @param {Bytes} bytes @param {Box} box */
const skipped = (bytes, { type, at }) => (type === 'iinf' ? (bytes.u8(at) === 0 ? 6 : 8) : CONTAINERS[type]);

/** @param {Bytes} bytes @param {number} at @param {number} end @returns {[length: number, head: number]} bytes */
function lengthOf(bytes, at, end) {
  const length = bytes.u32(at);
  if (length === 0) return [end - at, 8];
  return length === 1 ? [bytes.u64(at + 8), 16] : [length, 8];
}

/** @type {Record<string, (bytes: Bytes, box: Box, claims: Claims, places: Places) => void>} */
const READERS = {
  ispe: (bytes, { at }, { grow }) => grow(bytes.u32(at + 4), bytes.u32(at + 8)),
  av01: (bytes, { at }, { grow }) => grow(bytes.u16(at + 24), bytes.u16(at + 26)),
  av1C: (bytes, { at, end }, claims) => boundFrames(bytes, at + 4, end, claims, { left: 100 }),
  idat: (_, { at }, __, places) => void (places.held = at),
  infe: (bytes, { at }, _, { types }) => {
    const wide = bytes.u8(at) > 2;
    types.set(wide ? bytes.u32(at + 4) : bytes.u16(at + 4), bytes.text(at + (wide ? 10 : 8), 4));
  },
  iloc: readLocations,
  // of the first chunk, which begins with the first frame
  stco: (bytes, { at }, _, { tracks }) => void tracks.push(bytes.u32(at + 8)),
  co64: (bytes, { at }, _, { tracks }) => void tracks.push(bytes.u64(at + 8)),
  stsz: (bytes, { at }, _, places) =>
    void (places.sample = Math.max(places.sample, bytes.u32(at + 4) || bytes.u32(at + 12))),
};

/** @param {Bytes} bytes @param {Box} box @param {Claims} claims @param {Places} places */
function readLocations(bytes, { at }, { work }, { items }) {
  const version = bytes.u8(at);
  const [offsetBytes, lengthBytes, baseBytes, indexBytes] = [
    bytes.u8(at + 4) >> 4,
    bytes.u8(at + 4) & 15,
    bytes.u8(at + 5) >> 4,
    version === 0 ? 0 : bytes.u8(at + 5) & 15,
  ];
  let place = at + 6;
  const next = (/** @type {number} */ length) => {
    place += length;
    return length === 0
      ? 0
      : length === 2
        ? bytes.u16(place - 2)
        : length === 4
          ? bytes.u32(place - 4)
          : bytes.u64(place - 8);
  };
  const wide = version === 2 ? 4 : 2;
  for (let left = next(wide); left > 0; left--) {
    const item = next(wide);
    const inside = version > 0 && (next(2) & 15) === 1;
    next(2);
    const base = next(baseBytes);
    const extents = next(2);
    if (extents !== 1) return work(Infinity); // nobody writes pictures in several pieces
    next(indexBytes);
    const offset = base + next(offsetBytes);
    items.push({ item, inside, at: offset, length: next(lengthBytes) });
  }
}

/** @param {Bytes} bytes @param {number} at @param {Claims} claims */
function boundGrid(bytes, at, { grow }) {
  if (bytes.u8(at + 1) & 1) grow(bytes.u32(at + 4), bytes.u32(at + 8));
  else grow(bytes.u16(at + 4), bytes.u16(at + 6));
}

const SEQUENCE = 1;
const FRAMES = [3, 6];
const HAS_EXTENSION = 4;
const HAS_LENGTH = 2;

/**
 * The units of AV1 video, one after another.
 * @param {Bytes} bytes
 * @param {number} at
 * @param {number} end
 * @param {Claims} claims
 * @param {{ left: number }} steps
 */
function boundFrames(bytes, at, end, { grow, work }, steps) {
  let pixels = 0; // of a frame
  while (at < end) {
    if (steps.left-- <= 0) return work(Infinity);
    const head = bytes.u8(at++);
    if (head & HAS_EXTENSION) at++;
    let length = end - at;
    if (head & HAS_LENGTH) [length, at] = leb128(bytes, at);
    const type = (head >> 3) & 15;
    if (FRAMES.includes(type)) work(pixels);
    if (type === SEQUENCE) {
      const [width, height] = sequenceSize(bitsFrom(bytes, at));
      grow(width, height);
      pixels = width * height;
    }
    at += length;
  }
}

/** @param {Bytes} bytes @param {number} at @returns {[value: number, after: number]} */
function leb128(bytes, at) {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = bytes.u8(at++);
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) break;
  }
  return [value, at];
}

/** @param {Bytes} bytes @param {number} at */
function bitsFrom(bytes, at) {
  let bit = 8 * at;
  /** @param {number} count at most 32 */
  const take = (count) => {
    let value = 0;
    for (let i = 0; i < count; i++, bit++) value = value * 2 + ((bytes.u8(bit >> 3) >> (7 - (bit & 7))) & 1);
    return value;
  };
  return take;
}

/**
 * A sequence header up to the largest frame of the sequence; the names are those of the AV1 specification, 5.5.
 * @param {(bits: number) => number} take
 * @returns {[width: number, height: number]}
 */
function sequenceSize(take) {
  take(4); // seq_profile, still_picture
  if (take(1))
    take(5); // reduced_still_picture_header, seq_level_idx
  else skipOperatingPoints(take);
  const [widthBits, heightBits] = [take(4) + 1, take(4) + 1];
  return [take(widthBits) + 1, take(heightBits) + 1];
}

/** @param {(bits: number) => number} take */
function skipOperatingPoints(take) {
  let delayBits = 0; // if there is a decoder model
  if (take(1)) delayBits = skipTiming(take);
  const delays = take(1); // initial_display_delay_present_flag
  for (let left = take(5); left >= 0; left--) {
    take(12); // operating_point_idc
    if (take(5) > 7) take(1); // seq_level_idx, seq_tier
    if (delayBits && take(1)) [delayBits, delayBits, 1].forEach(take);
    if (delays && take(1)) take(4);
  }
}

/** @param {(bits: number) => number} take @returns {number} bits of a delay; 0 if there is no decoder model */
function skipTiming(take) {
  [32, 32].forEach(take); // num_units_in_display_tick, time_scale
  if (take(1)) skipUvlc(take); // equal_picture_interval
  if (!take(1)) return 0; // decoder_model_info_present_flag
  const bits = take(5) + 1;
  [32, 10].forEach(take);
  return bits;
}

/** @param {(bits: number) => number} take */
function skipUvlc(take) {
  let zeros = 0;
  while (!take(1)) zeros++;
  if (zeros < 32) take(zeros);
}
