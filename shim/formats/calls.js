import { show } from '../check.js';
import { checkList, checkObject, checkText, refusal } from './common.js';

/* How layers are connected: the calls of each layer, as all versions of Keras and TensorFlow.js write them. */

const MOST = 512; // calls of a layer, and tensors of a call

/**
 * Refuses a layer called with training=True: whether it then trains during inference depends on the version of Keras.
 * @param {string} where
 * @param {any} kwargs
 */
function checkTraining(where, kwargs) {
  if (kwargs?.training)
    throw refusal(
      `${where}: calling a layer with training is not supported; it must be off (null or false), got ` +
        `${show(kwargs.training)}`,
    );
}

/**
 * The tensors in a list of Keras 3 that may be nested.
 * @param {string} where
 * @param {unknown} value
 * @param {number} [depth]
 * @returns {unknown[]} [layer, call, output] of each
 */
function historiesOf(where, value, depth = 0) {
  if (Array.isArray(value) && depth < 3)
    return checkList(where, value, MOST).flatMap((each) => historiesOf(where, each, depth + 1));
  const { class_name: kind, config } = checkObject(where, value);
  if (kind !== '__keras_tensor__') throw refusal(`${where} must be tensors, got ${show(kind)}`);
  return [checkList(`${where}: keras_history`, checkObject(where, config).keras_history, 3)];
}

/** A call of Keras 3. @param {string} where @param {unknown} call @returns {unknown[]} */
function tensorsOf(where, call) {
  const { args, kwargs = {} } = checkObject(where, call);
  checkTraining(where, kwargs);
  // Other arguments of a call, such as a mask, are not tensors.
  const others = Object.values(checkObject(`${where}: kwargs`, kwargs)).filter(
    (value) => Array.isArray(value) || value?.class_name,
  );
  return historiesOf(where, [...checkList(`${where}: args`, args, MOST), ...others]);
}

/** @typedef {{ layer: string, call: number }} Source the layer whose output is read, and which call of it */

/**
 * @param {string} where
 * @param {unknown} value a list of tensors [layer, call, output], or one without the outer list
 * @returns {Source[]}
 */
export function sourcesOf(where, value) {
  const list = checkList(where, value, MOST);
  const tensors = typeof list[0] === 'string' ? [list] : list;
  return tensors.map((tensor) => {
    const [name, call, output, kwargs] = checkList(`${where}: tensor`, tensor, 4);
    checkTraining(where, kwargs);
    // The first call of a model within the model may have been the one that built it.
    if ((call !== 0 && call !== 1) || output !== 0)
      throw refusal(
        `${where}: only the first call of a layer, and its first output, are supported, got ` +
          `${show([name, call, output])}`,
      );
    return { layer: checkText(`${where}: layer`, name), call };
  });
}

/**
 * What a layer reads. It must be called once.
 * @param {string} where
 * @param {string} name of the layer
 * @param {unknown} calls its inbound_nodes
 * @returns {Source[]}
 */
export function readBy(where, name, calls) {
  const place = `${where}: inbound_nodes`;
  const list = checkList(place, calls, MOST);
  if (list.length > 1)
    throw refusal(`${where}: ${show(name)} is applied ${list.length} times; shared weights are not supported`);
  const [call] = list;
  return sourcesOf(place, Array.isArray(call) || call === undefined ? call : tensorsOf(place, call));
}
