import { PICTURE, placeOf } from './model-spec.js';

/**
 * What an editor does to a list of layers; who reads whom stays as sensible as it can.
 *
 * @typedef {import('./model-spec.js').Layer} Layer
 */

/** The places that a layer reads, from 1 on; 0 is the picture. @param {Layer[]} layers @param {number} at from 0 */
export function readsOf(layers, at) {
  const { from, with: other } = layers[at];
  const first = from === undefined ? at : placeOf(layers, from);
  return other === undefined ? [first] : [first, placeOf(layers, other)];
}

/**
 * The list without a layer. Whoever read it reads what it read.
 * @param {Layer[]} layers
 * @param {number} at
 * @returns {{ left: Layer[], restore: (now: Layer[]) => Layer[] }} restore: puts it back among the layers of that time
 */
export function without(layers, at) {
  const gone = layers[at];
  const earlier = layers.slice(0, at);
  const references = layers.map((layer) => ({ layer, from: layer.from, with: layer.with }));
  const read = gone.from ?? earlier.at(-1)?.id ?? PICTURE;
  for (const layer of layers) {
    if (layer.from === gone.id) layer.from = read;
    if (layer.with === gone.id) layer.with = read;
  }
  const next = layers[at + 1];
  if (next && gone.from !== undefined) next.from ??= gone.from;
  return {
    left: layers.filter((layer) => layer !== gone),
    restore(now) {
      for (const { layer, ...reads } of references) Object.assign(layer, reads);
      const place = now.findLastIndex((layer) => earlier.includes(layer)) + 1;
      return now.toSpliced(place, 0, gone);
    },
  };
}

/** @param {Layer[]} layers @param {number} at @param {number} by */
export const moved = (layers, at, by) => layers.toSpliced(at, 1).toSpliced(at + by, 0, layers[at]);

/**
 * Layers that cannot stand as they are read: one that reads a later one, and one that nobody reads.
 * @param {Layer[]} layers
 * @returns {Map<number, 'later' | 'unread'>} by place, from 0 on
 */
export function misread(layers) {
  const all = layers.map((_, at) => readsOf(layers, at));
  const read = new Set(all.flat());
  /** @type {Map<number, 'later' | 'unread'>} */
  const found = new Map();
  all.forEach((places, at) => {
    if (places.some((place) => place > at)) found.set(at, 'later');
    else if (at + 1 < layers.length && !read.has(at + 1)) found.set(at, 'unread');
  });
  return found;
}
