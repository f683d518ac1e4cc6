/** @import { Graph } from '../../layers/graph.js' */

/**
 * Keras orders the layers of a graph by their distance from the output, the farthest first; layers at the same distance
 * in the order in which a walk back from the output meets them (map_graph in keras/src/ops/function.py). It stores
 * weights in this order.
 * @param {Graph} graph
 * @returns {number[]} the indices of the layers here, in Keras's order
 */
export function kerasOrder({ nodes }) {
  const depths = nodes.map(() => 0);
  for (let node = nodes.length - 1; node >= 0; node--) {
    for (const source of nodes[node].sources)
      if (source >= 0) depths[source] = Math.max(depths[source], depths[node] + 1);
  }
  /** @type {Set<number>} */
  const met = new Set();
  /** @param {number} node */
  const walk = (node) => {
    if (node < 0 || met.has(node)) return;
    met.add(node);
    nodes[node].sources.forEach(walk);
  };
  walk(nodes.length - 1);
  return [...met].sort((a, b) => depths[b] - depths[a]); // a stable sort
}

/**
 * The names of the groups that hold the layers' weights: the class, numbered from the second layer of a class on.
 * @param {string[]} kinds in Keras's order and spelling
 * @returns {string[]}
 */
export function groupNames(kinds) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  return kinds.map((kind) => {
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    return count ? `${kind}_${count}` : kind;
  });
}

/** Converts as Keras does: Conv2D → conv2d, ReLU → re_lu. @param {string} name */
export const snakeCase = (name) =>
  name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
