import { doubles } from './array.js';
import { KINDS } from './layers.js';
import { penaltyOf } from './regularizers.js';

/** @import { Doubles } from './array.js' */
/** @import { WeightSpec } from './layers.js' */
/** @import { Kinks } from './kinks.js' */

/**
 * A layer of a description: its name in `layers`, its options, and the nodes it reads (-1: the input; default: the one
 * before).
 * @typedef {{ layer: string, options?: any, from?: number[] }} Node
 */
/** @typedef {{ inputShape: number[], nodes: Node[] }} Description */

export class Network {
  /** @param {Description} description */
  constructor({ inputShape, nodes }) {
    /** @type {number[][]} of a sample, for each node */
    this.shapes = [];
    /** @type {(WeightSpec & Doubles & { node: number })[]} */
    this.weights = [];
    this.nodes = nodes.map(({ layer, options = {}, from }, node) => {
      const sources = from ?? [node - 1];
      const inputs = sources.map((source) => (source === -1 ? inputShape : this.shapes[source]));
      const [input] = inputs;
      const kind = KINDS[layer];
      if (!kind) throw new Error(`reference: no layer ${layer}`);
      this.shapes.push(kind.shape(input, options, inputs));
      const weights = (kind.weights?.(input, options) ?? []).map((spec) => ({ ...spec, ...doubles(spec.shape), node }));
      this.weights.push(...weights);
      return { kind, options, sources, weights };
    });
    this.outputShape = this.shapes[this.shapes.length - 1];
  }

  /** @param {{ data: ArrayLike<number> }[]} values in the order of `weights` */
  setWeights(values) {
    if (values.length !== this.weights.length)
      throw new Error(`reference: ${values.length} tensors for ${this.weights.length} weights`);
    this.weights.forEach((weight, i) => weight.data.set(values[i].data));
  }

  /** What the regularizers add to the loss. */
  penalty() {
    return this.weights.reduce((sum, { regularizer, data }) => sum + penaltyOf(regularizer, data), 0);
  }

  /**
   * The output of every node.
   * @param {Doubles} x [n, ...inputShape]
   * @param {{ training?: boolean, kinks?: Kinks, before?: Doubles[], first?: number, moveAverages?: boolean, errors?:
   *   Doubles[] }} [options] before, first: outputs of an earlier pass, those from node `first` on are computed again;
   *   moveAverages: a training pass moves batch normalization's averages; errors: added to the outputs of the nodes
   */
  forward(x, { training = false, kinks, before = [], first = 0, moveAverages = false, errors } = {}) {
    const outputs = before.slice(0, first);
    for (let node = first; node < this.nodes.length; node++) {
      const { kind, options, sources, weights } = this.nodes[node];
      const inputs = sources.map((source) => (source === -1 ? x : outputs[source]));
      outputs.push(
        kind.forward(inputs, weights, options, {
          training,
          kinks,
          moved({ mean, variance }) {
            if (!moveAverages) return;
            weights[weights.length - 2].data.set(mean);
            weights[weights.length - 1].data.set(variance);
          },
        }),
      );
      errors?.[node].data.forEach((error, i) => {
        outputs[node].data[i] += error;
      });
    }
    return outputs;
  }
}
