/** @import { Graph } from '../../layers/graph.js' */

/**
 * Keras numbers the layers of a graph by how far from the output they are, the farthest first, those equally far in the
 * order in
 * which a walk back from the output meets them (map_graph in keras/src/ops/function.py). Weights are filed under these
 * numbers.
 * @param {Graph} graph
 * @returns {number[]} the numbers that the layers have here, in Keras's order
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
  return [...met].sort((a, b) => depths[b] - depths[a]); // which keeps equal ones in order
}

/**
 * The groups of the layers' weights: by their classes, each with a number from its second on.
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

/** As Keras does it: Conv2D → conv2d, ReLU → re_lu. @param {string} name */
export const snakeCase = (name) =>
  name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
