import { checkChoice, show } from '../check.js';
import { graphOf, input, isChain, stackOf } from '../layers/graph.js';
import { checkLast } from '../layers/options.js';
import { rowOf, weightsOf } from '../layers/table.js';
import { readBy, sourcesOf } from './calls.js';
import { checkList, checkObject, checkText, inFile, refusal } from './common.js';
import { layerFrom } from './deserialize.js';
import { checkInput } from './entries.js';
import { partsOf } from './substitutes.js';

/** @import { BuiltLayer } from '../core/build.js' */
/** @import { Graph } from '../layers/graph.js' */
/** @import { AnyLayer, SymbolicTensor } from '../layers/layer.js' */
/** @import { Source } from './calls.js' */
/** @import { Origin } from './substitutes.js' */

/*
 * Builds a model's graph from Keras's configuration, which TF.js has adopted. Models within the model, however deep,
 * are unfolded into their layers; layers without an equivalent here are replaced by those that compute the same.
 */

/** @typedef {Record<string, any>} Entry a layer, or a model within the model, as the file lists it */
/**
 * rank: number of axes of a sample; weighed: whether a layer with weights comes before it.
 * @typedef {{ tensor: SymbolicTensor, rank: number, weighed: boolean }} Value
 */
/**
 * A layer, under a name that no other has, and those it reads; null: the model's input.
 * @typedef {{ where: string, name: string, entry: Entry, reads: (Leaf | null)[] }} Leaf
 */

const LONGEST_NAME = 1024; // characters of a model's name, which may be put before the names of all its layers
const MAX_LAYERS = 512; // the core builds fewer
const MODELS = ['Sequential', 'Model', 'Functional'];

/** @param {string} where @param {any} config @returns {number[]} of a sample */
function inputShapeOf(where, config) {
  const shape = config?.batch_input_shape ?? config?.batch_shape;
  // A fixed batch size only says how the model was run; no layer here mixes samples in inference.
  if (Array.isArray(shape) && (shape[0] === null || Number.isSafeInteger(shape[0]))) return shape.slice(1);
  throw refusal(`${where}: batch_input_shape must be an array such as [null, 28, 28, 1], got ${show(shape)}`);
}

/** @param {Entry} entry */
const isModel = ({ class_name: kind }) => MODELS.includes(kind);

/** @param {Entry} entry @returns {string} */
const nameOf = ({ name, config }) => String(config?.name ?? name ?? 'sequential');

/**
 * The layers in the list of a model.
 * @type {(where: string, config: Record<string, any>, parent?: Entry) => Entry[]}
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

/** @param {string} where @param {unknown} tensors @returns {Source} */
function only(where, tensors) {
  const sources = sourcesOf(where, tensors);
  if (sources.length === 1) return sources[0];
  throw refusal(`${where}: a model must have one, got ${sources.length}`);
}

/** Unfolds models within a model. A layer whose name is taken gets the name of its model as a prefix. */
class Unfolding {
  /** @type {Leaf[]} in an order in which each comes after those it reads */
  leaves = [];
  /** @type {{ name: string, shape: number[] } | undefined} */
  input;
  isStack = true; // and so are all models in it
  #list;
  /** @type {Set<string>} */
  #taken = new Set();

  /** @param {typeof layersOf} list */
  constructor(list) {
    this.#list = list;
  }

  /** @param {string} where @param {Entry} model @param {Record<string, any>} config @returns {Leaf | null} */
  addWhole(where, model, config) {
    const entries = this.#list(where, config);
    const names = entries.map((entry, i) =>
      isModel(entry) ? '' : checkText(`layer ${i}: name`, checkObject(`layer ${i}: config`, entry.config).name),
    );
    entries.forEach((entry, i) => {
      if (isModel(entry)) return;
      if (names.indexOf(entry.name ?? names[i]) !== i)
        throw refusal(`layer ${i}: its name must be ${show(names[i])} everywhere, and unique`);
      this.#taken.add(names[i]);
    });
    return this.#addAll(where, model, config, entries, undefined, '');
  }

  /**
   * @param {string} where
   * @param {Entry} model
   * @param {Record<string, any>} config
   * @param {Entry[]} entries its layers
   * @param {Leaf | null | undefined} source that it is applied to; undefined: it has the whole model's input
   * @param {string} within its name, if it is within another one
   * @returns {Leaf | null} the layer that makes its output
   */
  #addAll(where, model, config, entries, source, within) {
    if (model.class_name === 'Sequential') return this.#addStack(where, entries, source, within);
    this.isStack = false;
    return this.#addGraph(within && `${where}: `, config, entries, source, within);
  }

  /** @type {(where: string, entries: Entry[], source: Leaf | null | undefined, within: string) => Leaf | null} */
  #addStack(where, entries, source, within) {
    let last = source;
    for (const [i, entry] of entries.entries()) {
      const place = within ? `${where}: layer ${i}` : `layer ${i}`;
      if (entry.class_name !== 'InputLayer')
        last = this.#addEntry(place, entry, last === undefined ? [] : [last], within);
      else if (last === undefined) last = this.#addInput(place, entry);
    }
    if (last === undefined || (within && last === source)) throw refusal(`${where} has no layers`);
    return last;
  }

  /**
   * @param {string} where begins the messages
   * @param {Record<string, any>} config
   * @param {Entry[]} list
   * @param {Leaf | null | undefined} source
   * @param {string} within
   */
  #addGraph(where, config, list, source, within) {
    const entries = new Map(list.map((entry, i) => [nameOf(entry), { place: `${where}layer ${i}`, entry }]));
    const names = list.map(nameOf);
    const again = names.findIndex((name, i) => names.indexOf(name) !== i);
    if (again >= 0) throw refusal(`${where}layer ${again}: its name must be unique, got ${show(names[again])} again`);
    const start = only(`${where}input_layers`, config.input_layers);
    const begun = entries.get(start.layer);
    if (begun?.entry.class_name !== 'InputLayer')
      throw refusal(`${where}input_layers: there is no InputLayer ${show(start.layer)}`);
    /** @type {Map<string, Leaf | null | undefined>} what makes each one's output; undefined: in progress */
    const outputs = new Map([[start.layer, source === undefined ? this.#addInput(begun.place, begun.entry) : source]]);
    /** @param {Source} read @param {string} reader the beginning of messages @returns {Leaf | null} */
    const visit = ({ layer, call }, reader) => {
      const found = entries.get(layer);
      if (!found) throw refusal(`${reader}: there is no layer ${show(layer)}, which it reads`);
      const { place, entry } = found;
      // The first call of a model within the model may have been the one that built it.
      if (call > Number(isModel(entry)))
        throw refusal(`${reader}: only the first call of a layer is supported, got ${show([layer, call])}`);
      const known = outputs.get(layer);
      if (known !== undefined) return known;
      if (outputs.has(layer)) throw refusal(`${place}: ${show(layer)} reads its own output`);
      outputs.set(layer, undefined);
      const reads = readBy(place, layer, entry.inbound_nodes).map((each) => visit(each, place));
      const output = this.#addEntry(place, entry, reads, within);
      outputs.set(layer, output);
      return output;
    };
    const output = visit(only(`${where}output_layers`, config.output_layers), `${where}output_layers`);
    const unread = [...entries.keys()].find((each) => !outputs.has(each));
    if (unread !== undefined) throw refusal(`${where}layer ${show(unread)} does not lead to the output`);
    return output;
  }

  /** @param {string} where @param {Entry} entry an InputLayer @returns {null} */
  #addInput(where, entry) {
    const config = checkObject(`${where}: config`, entry.config);
    checkInput(where, config);
    this.input = { name: nameOf(entry), shape: inputShapeOf(where, config) };
    return null;
  }

  /** @type {(place: string, entry: Entry, reads: (Leaf | null)[], within: string) => Leaf | null} */
  #addEntry(place, entry, reads, within) {
    if (!isModel(entry)) return this.#addLeaf(place, entry, reads, within);
    const name = nameOf(entry);
    const where = `${entry.class_name === 'Sequential' ? 'stack' : 'model'} ${show(name)}`;
    if (name.length > LONGEST_NAME)
      throw refusal(`${where}: its name is too large: ${name.length} characters; at most ${LONGEST_NAME} are read`);
    if (reads.length > 1) throw refusal(`${where}: a model must have one input, got ${reads.length}`);
    const config = configFrom(where, entry.config);
    return this.#addAll(where, entry, config, this.#list(where, config, entry), reads[0], name);
  }

  /** @type {(where: string, entry: Entry, reads: (Leaf | null)[], within: string) => Leaf} */
  #addLeaf(where, entry, reads, within) {
    const config = checkObject(`${where}: config`, entry.config);
    const own = checkText(`${where}: name`, config.name);
    // A stack without an InputLayer states the shape in its first layer.
    this.input ??= { name: 'input', shape: inputShapeOf(where, config) };
    const name = within && this.#taken.has(own) ? `${within}/${own}` : own;
    if (within && this.#taken.has(name)) throw refusal(`${where}: its name must be unique, got ${show(name)} again`);
    this.#taken.add(name);
    const leaf = { where, name, entry, reads: reads.length > 0 ? reads : [null] };
    this.leaves.push(leaf);
    if (this.leaves.length > MAX_LAYERS) throw refusal(`the model has more than ${MAX_LAYERS} layers`);
    return leaf;
  }
}

/**
 * Weights of the layers here, in the order of getWeights, and where each is in the file.
 * @typedef {{ name: string, graph: Graph, origins: Origin[], axes: Map<string, unknown> }} Topology axes: that a layer
 *   is said to act along, by its name
 */

/**
 * @param {string} file its name in messages
 * @param {Record<string, any>} topology
 * @param {typeof layersOf} [list] lists the layers of the model and of models in it
 * @returns {Topology}
 */
export function topologyFrom(file, topology, list = layersOf) {
  const model = checkObject(`${file}: model_config`, topology.model_config ?? topology);
  const config = configFrom(file, model.config);
  checkChoice(`${file}: class_name`, model.class_name, MODELS);
  const unfolding = new Unfolding(list);
  const end = unfolding.addWhole(file, model, config);
  const { name, shape } = unfolding.input ?? { name: 'input', shape: [] };
  const start = input({ shape, name });
  /** @type {Map<Leaf | null, Value>} */
  const values = new Map([[null, { tensor: start, rank: shape.length, weighed: false }]]);
  /** @type {Map<AnyLayer, Origin[]>} */
  const origins = new Map();
  const axes = new Map();
  for (const leaf of unfolding.leaves) {
    const read = leaf.reads.map((each) => /** @type {Value} */ (values.get(each)));
    /** @type {Value[]} */
    const own = [];
    for (const part of partsOf(leaf, read)) {
      const sources = part.reads.map((place) => (place < 0 ? read[-1 - place] : own[place]));
      const layer = layerFrom(leaf.where, part.entry);
      const tensor = inFile(`${leaf.where}: `, () => layer.apply(sources.map((source) => source.tensor)));
      const weighed = sources.some((source) => source.weighed) || weightsOf(layer).length > 0;
      own.push({ tensor, rank: rankAfter(layer, sources[0].rank), weighed });
      origins.set(layer, part.origins(layer));
      axes.set(layer.name, part.entry.config.axis);
    }
    values.set(leaf, own[own.length - 1]);
  }
  const { nodes, ...whole } = graphOf(start, values.get(end)?.tensor);
  return {
    name: checkText(`${file}: name`, config.name),
    graph:
      unfolding.isStack && isChain(nodes)
        ? stackOf(nodes.map(({ config }, i) => (i ? config : { ...config, inputShape: shape })))
        : { ...whole, nodes },
    origins: nodes.flatMap(
      ({ config: layer }) => /** @type {Origin[]} */ (origins.get(/** @type {AnyLayer} */ (layer))),
    ),
    axes,
  };
}

/** @param {AnyLayer} layer @param {number} rank of its input @returns {number} of its output */
function rankAfter({ kind, targetShape }, rank) {
  if (targetShape) return targetShape.length;
  return kind === 'flatten' || kind.startsWith('global_') ? 1 : rank;
}

/**
 * Refuses layers that act along another axis than the last.
 * @param {BuiltLayer[]} plan
 * @param {Topology['axes']} axes
 */
export function checkAxes(plan, axes) {
  for (const { kind, name, outputShape } of plan) {
    const { axis: usual } = rowOf(kind);
    if (usual === undefined) continue;
    const given = axes.get(name);
    const axis = given === undefined ? usual : given;
    const [only, more] = [axis].flat();
    inFile(`layer ${show(name)}: `, () => checkLast('axis', more === undefined ? only : axis, outputShape.length - 1));
  }
}
