import { MAX_JSON } from './common.js';

/** @import { Preparation } from '../photo.js' */
/** @import { NamedFile } from './described.js' */

/*
 * What Teachable Machine's downloads say beside the model: the names of the classes, and the size of pictures. Such
 * files only describe, so one that is damaged, or is about another model, is passed over.
 */

const DESCRIPTION = /(^|\/)metadata\.json$/i;
const LABELS = /(^|\/)labels\.txt$/i;
const MOST_LABELS = 2 ** 20; // bytes

/** @param {Uint8Array} bytes @returns {any} */
function jsonIn(bytes) {
  try {
    return JSON.parse(new TextDecoder().decode(bytes.subarray(0, MAX_JSON)));
  } catch {
    return null;
  }
}

/** The lines of labels.txt: `0 Shirt`. @param {Uint8Array} bytes @returns {string[]} */
const linesIn = (bytes) =>
  new TextDecoder()
    .decode(bytes.subarray(0, MOST_LABELS))
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => line.replace(/^\d+\s+/, '').trim());

/**
 * @param {NamedFile[]} files that came with a model
 * @param {number[]} inputShape
 * @param {number[]} outputShape of a sample
 * @returns {{ classNames: string[], preparation?: Preparation } | undefined} the model's metadata
 */
export function metadataBeside(files, inputShape, outputShape) {
  const bytesOf = (/** @type {RegExp} */ pattern) => files.find(({ name }) => pattern.test(name))?.bytes;
  const [description, lines] = [bytesOf(DESCRIPTION), bytesOf(LABELS)];
  const json = description && jsonIn(description);
  const names = json?.labels ?? (lines && linesIn(lines));
  const [classes, ...rest] = outputShape;
  const areNames = Array.isArray(names) && names.every((name) => typeof name === 'string');
  if (!areNames || names.length !== classes || rest.length > 0) return undefined;
  const [height, width, channels] = inputShape;
  const takesImages = inputShape.length === 3 && (channels === 1 || channels === 3);
  const isOther = json && json.imageSize === undefined; // of sounds or poses
  return {
    classNames: names,
    // as its own library crops pictures and scales them
    ...(takesImages &&
      !isOther && { preparation: { size: [height, width], channels, crop: 'centre', range: [-1, 1] } }),
  };
}
