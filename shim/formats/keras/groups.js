import { layersOf } from '../topology.js';
import { groupNames, snakeCase } from './order.js';

/* Where in a file the weights of each layer are. */

/**
 * Adds to layers the groups that hold their weights: in Keras 3, and in early files, which have one for each of the
 * outermost layers.
 * @param {Record<string, any>[]} entries
 * @param {Record<string, any>} [parent] the model that they are the layers of, if it is within another one
 * @returns {Record<string, any>[]}
 */
function grouped(entries, parent) {
  const groups = groupNames(entries.map(({ class_name: className }) => snakeCase(String(className))));
  const folder = parent ? `${parent.group}/layers/` : '';
  return entries.map((entry, i) => ({
    ...entry,
    group: folder + groups[i],
    outermost: parent?.outermost ?? entry.config?.name ?? entry.name,
    isWithin: parent !== undefined,
  }));
}

/** The layers of a model, with the groups of their weights. @type {typeof layersOf} */
export function entriesOf(where, config, parent) {
  const listed = grouped(layersOf(where, config), parent);
  const shape = !parent && listed[0]?.class_name !== 'InputLayer' && config.build_input_shape;
  return shape ? [{ class_name: 'InputLayer', config: { name: 'input', batch_shape: shape } }, ...listed] : listed;
}
