import { checkChoice, show } from '../check.js';
import { graphOf, input, stackOf } from '../layers/graph.js';
import { checkLast } from '../layers/options.js';
import { rowOf } from '../layers/table.js';
import { checkList, checkObject, checkText, inFile, refusal } from './common.js';
import { checkInput } from './entries.js';

/** @import { BuiltLayer } from '../core/build.js' */
/** @import { Graph } from '../layers/graph.js' */
/** @import { AnyLayer, SymbolicTensor } from '../layers/layer.js' */

/* Builds a model's graph from Keras's configuration, which TF.js has adopted. */

/**
 * Makes a layer from its entry; inputShape: for the first layer of a stack.
 * @typedef {(where: string, entry: Record<string, any>, inputShape?: number[]) => AnyLayer} LayerFrom
 */

const LONGEST_STACK = 1024; // characters of its name, which may be put before the names of all its layers
const MAX_LAYERS = 512; // the core builds fewer

/** @param {string} where @param {any} config @returns {number[]} of a sample */
function inputShapeOf(where, config) {
  const shape = config?.batch_input_shape ?? config?.batch_shape;
  // A fixed batch size only says how the model was run; no layer here mixes samples in inference.
  if (Array.isArray(shape) && (shape[0] === null || Number.isSafeInteger(shape[0]))) return shape.slice(1);
  throw refusal(`${where}: batch_input_shape must be an array such as [null, 28, 28, 1], got ${show(shape)}`);
}

/**
 * @param {string} where
 * @param {unknown} value
 * @returns {string[]} the names of the layers whose outputs a list of tensors names
 */
function sourcesOf(where, value) {
  const list = checkList(where, value, MAX_LAYERS);
  // Keras writes a single tensor without the outer list.
  const tensors = typeof list[0] === 'string' ? [list] : list;
  return tensors.map((tensor) => {
    const [name, call, output] = checkList(`${where}: tensor`, tensor, 4);
    if (call !== 0 || output !== 0)
      throw refusal(
        `${where}: only the first call of a layer, and its first output, are supported, got ` +
          `${show([name, call, output])}`,
      );
    return checkText(`${where}: layer`, name);
  });
}

/** @param {Record<string, any>[]} entries @param {LayerFrom} layerFrom @returns {Graph} */
function stackFrom(entries, layerFrom) {
  const [first, ...rest] = entries;
  const shape = inputShapeOf('layer 0', first?.config);
  const stack = first.class_name === 'InputLayer' ? rest : entries;
  return stackOf(
    stack.map((entry, i) => layerFrom(`layer ${entries.length - stack.length + i}`, entry, i ? undefined : shape)),
  );
}

/** @param {string} where @param {unknown} value @returns {string} */
function single(where, value) {
  const names = sourcesOf(where, value);
  if (names.length !== 1) throw refusal(`${where}: a model must have one, got ${names.length}`);
  return names[0];
}

/**
 * @param {Record<string, any>} config
 * @param {Record<string, any>[]} list
 * @param {LayerFrom} layerFrom
 * @returns {Graph}
 */
function graphFromCalls(config, list, layerFrom) {
  const entries = new Map(list.map((entry, i) => [String(entry.config.name), { where: `layer ${i}`, entry }]));
  const start = single('input_layers', config.input_layers);
  const begun = entries.get(start);
  if (begun?.entry.class_name !== 'InputLayer') throw refusal(`input_layers: there is no InputLayer ${show(start)}`);
  /** @type {Map<string, SymbolicTensor | undefined>} undefined: in progress */
  const tensors = new Map([[start, input({ shape: inputShapeOf(begun.where, begun.entry.config), name: start })]]);
  /** @param {string} name @param {string} reader the beginning of messages @returns {SymbolicTensor} */
  const visit = (name, reader) => {
    const known = tensors.get(name);
    if (known) return known;
    const found = entries.get(name);
    if (!found) throw refusal(`${reader}: there is no layer ${show(name)}, which it reads`);
    if (tensors.has(name)) throw refusal(`${found.where}: ${show(name)} reads its own output`);
    tensors.set(name, undefined);
    const { where, entry } = found;
    const [call, again] = checkList(`${where}: inbound_nodes`, entry.inbound_nodes, MAX_LAYERS);
    if (again !== undefined)
      throw refusal(
        `${where}: ${show(name)} is applied ${entry.inbound_nodes.length} times; shared weights are not supported`,
      );
    const sources = sourcesOf(`${where}: inbound_nodes`, call).map((source) => visit(source, where));
    const layer = layerFrom(where, entry);
    const tensor = inFile(`${where}: `, () => layer.apply(sources));
    tensors.set(name, tensor);
    return tensor;
  };
  const graph = graphOf(tensors.get(start), visit(single('output_layers', config.output_layers), 'output_layers'));
  const unread = [...entries.keys()].find((name) => !tensors.has(name));
  if (unread !== undefined) throw refusal(`layer ${show(unread)} does not lead to the output`);
  return graph;
}

/**
 * The layers in the list of a model or a stack.
 * @type {(where: string, config: Record<string, any>, parent?: Record<string, any>) => Record<string, any>[]}
 */
export const layersOf = (where, { layers }) =>
  checkList(`${where}: layers`, layers, MAX_LAYERS).map((entry, i) => checkObject(`layer ${i}`, entry));

/**
 * Early versions of Keras wrote only the list of layers for a stack.
 * @param {string} where
 * @param {unknown} config
 * @returns {Record<string, any>}
 */
const configFrom = (where, config) =>
  Array.isArray(config) ? { name: 'sequential', layers: config } : checkObject(`${where}: config`, config);

/** @param {Record<string, any>} entry @returns {string} */
const nameOf = ({ name, config }) => String(config?.name ?? name ?? 'sequential');

/**
 * A layer or, if it is a stack, the sequence of its layers.
 * @param {Record<string, any>} entry
 * @param {typeof layersOf} list lists the layers of a stack
 * @param {boolean} isFirst whether its input is the model's input
 * @returns {{ entry: Record<string, any>, stack?: string }[]} stack: the innermost that contains the layer
 */
function flattened(entry, list, isFirst) {
  if (entry.class_name !== 'Sequential') return [{ entry }];
  const stack = nameOf(entry);
  const where = `stack ${show(stack)}`;
  if (stack.length > LONGEST_STACK)
    throw refusal(`${where}: its name is too large: ${stack.length} characters; at most ${LONGEST_STACK} are read`);
  const inner = list(where, configFrom(where, entry.config), entry).flatMap((each, i) => {
    const begins = isFirst && i === 0;
    return each.class_name === 'InputLayer' && !begins ? [] : flattened(each, list, begins);
  });
  if (inner.length === 0) throw refusal(`${where} has no layers`);
  return inner.map((each) => ({ stack, ...each }));
}

/**
 * Replaces stacks by their last layers in lists of tensors, however nested.
 * @param {any} tensors
 * @param {Map<string, string>} ends
 * @returns {any}
 */
function redirected(tensors, ends) {
  if (!Array.isArray(tensors)) return tensors;
  const [first, call, ...rest] = tensors;
  if (typeof first !== 'string') return tensors.map((each) => redirected(each, ends));
  const end = ends.get(first);
  // The first call of a stack may have been the one that built it.
  return end === undefined ? tensors : [end, call === 1 ? 0 : call, ...rest];
}

/**
 * A model's configuration with stacks replaced by their layers: readers of a stack read its last layer. A layer whose
 * name is already taken gets its stack's name as a prefix.
 * @param {Record<string, any>} config
 * @param {Record<string, any>[]} entries the model's layers
 * @param {typeof layersOf} list lists the layers of a stack
 * @param {boolean} isStack whether the model is itself a stack
 * @returns {Record<string, any>}
 */
function unfolded(config, entries, list, isStack) {
  const taken = new Set(entries.filter(({ class_name: className }) => className !== 'Sequential').map(nameOf));
  /** @type {Map<string, string>} */
  const ends = new Map();
  const layers = entries.flatMap((outer, place) => {
    const inner = flattened(outer, list, isStack && place === 0);
    if (inner[0].entry === outer) return inner.map(({ entry }) => entry);
    /** @type {string | undefined} */
    let last;
    const made = inner.map(({ entry, stack }) => {
      const own = nameOf(entry);
      const name = taken.has(own) ? `${stack}/${own}` : own;
      taken.add(name);
      const calls = last === undefined ? outer.inbound_nodes : [[[last, 0, 0]]];
      last = name;
      return {
        ...entry,
        name,
        config: { ...entry.config, name },
        ...(outer.inbound_nodes && { inbound_nodes: calls }),
      };
    });
    ends.set(nameOf(outer), String(last));
    return made;
  });
  const redirect = (/** @type {Record<string, any>} */ entry) =>
    entry.inbound_nodes ? { ...entry, inbound_nodes: redirected(entry.inbound_nodes, ends) } : entry;
  return { ...config, layers: layers.map(redirect), output_layers: redirected(config.output_layers, ends) };
}

/**
 * The entries of the layers. Every layer must have a name, and a unique one.
 * @param {string} file
 * @param {Record<string, any>} config
 * @returns {Record<string, any>[]}
 */
function entriesFrom(file, config) {
  const entries = layersOf(file, config);
  const names = entries.map(({ config }, i) =>
    checkText(`layer ${i}: name`, checkObject(`layer ${i}: config`, config).name),
  );
  entries.forEach(({ class_name: className, name, config }, i) => {
    if (className === 'InputLayer') checkInput(`layer ${i}`, config);
    if (names.indexOf(name ?? names[i]) !== i)
      throw refusal(`layer ${i}: its name must be ${show(names[i])} everywhere, and unique`);
  });
  return entries;
}

/**
 * @param {string} file its name in messages
 * @param {Record<string, any>} topology
 * @param {LayerFrom} layerFrom
 * @param {typeof layersOf} [list] lists the layers of the model and of stacks in it
 * @returns {{ name: string, graph: Graph, entries: Record<string, any>[] }}
 */
export function topologyFrom(file, topology, layerFrom, list = layersOf) {
  const { class_name: kind, config: given } = checkObject(`${file}: model_config`, topology.model_config ?? topology);
  const whole = configFrom(file, given);
  checkChoice(`${file}: class_name`, kind, ['Sequential', 'Model', 'Functional']);
  const config = unfolded(whole, list(file, whole), list, kind === 'Sequential');
  const entries = entriesFrom(file, config);
  const graph = kind === 'Sequential' ? stackFrom(entries, layerFrom) : graphFromCalls(config, entries, layerFrom);
  return { name: checkText(`${file}: name`, config.name), graph, entries };
}

/**
 * Refuses layers that act along another axis than the last.
 * @param {BuiltLayer[]} plan
 * @param {Record<string, any>[]} entries
 */
export function checkAxes(plan, entries) {
  for (const { config } of entries) {
    const layer = plan.find(({ config: own }) => own.name === config.name);
    if (!layer) continue;
    const usual = rowOf(layer.kind).axis;
    if (usual === undefined) continue;
    const { axis = usual } = config;
    const [only, more] = [axis].flat();
    inFile(`layer ${show(layer.name)}: `, () =>
      checkLast('axis', more === undefined ? only : axis, layer.outputShape.length - 1),
    );
  }
}
