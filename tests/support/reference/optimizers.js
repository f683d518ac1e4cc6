/** @typedef {Float64Array[]} Values one array of numbers per weight */
/**
 * @typedef {{ w: Float64Array, g: Float64Array, states: Float64Array[], rate: number, step: number,
 *   shape?: number[] }} Update of one weight; step counts from 1
 */
/**
 * @typedef {object} Formula
 * @property {Record<string, any>} defaults
 * @property {(options: any, size: number) => Float64Array[]} states
 * @property {(update: Update, options: any) => void} update
 */

/** @param {number} count @param {number} size @param {number} [value] */
const filled = (count, size, value = 0) => Array.from({ length: count }, () => new Float64Array(size).fill(value));

/**
 * decay · past + (1 - decay) · value, in place
 * @param {Float64Array} past
 * @param {number} decay
 * @param {Float64Array} values
 */
const blend = (past, decay, values) =>
  past.forEach((old, i) => {
    past[i] = decay * old + (1 - decay) * values[i];
  });

/** @type {Formula} Kingma and Ba's second form, in which epsilon is added to the uncorrected root */
const adam = {
  defaults: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  states: (_, size) => filled(2, size),
  update({ w, g, states: [m, v], rate, step }, { beta1, beta2, epsilon }) {
    const alpha = (rate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
    blend(m, beta1, g);
    blend(
      v,
      beta2,
      g.map((value) => value * value),
    );
    m.forEach((value, i) => {
      w[i] -= (alpha * value) / (Math.sqrt(v[i]) + epsilon);
    });
  },
};

/** @type {Formula} */
const sgd = {
  defaults: { learningRate: 0.01, momentum: 0, nesterov: false },
  states: (_, size) => filled(1, size),
  update({ w, g, states: [velocity], rate }, { momentum, nesterov }) {
    g.forEach((value, i) => {
      velocity[i] = momentum * velocity[i] - rate * value;
      w[i] += nesterov ? momentum * velocity[i] - rate * value : velocity[i];
    });
  },
};

/** @type {Formula} epsilon under the root */
const rmsprop = {
  defaults: { learningRate: 0.001, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false },
  states: (_, size) => filled(3, size),
  update({ w, g, states: [squares, means, momenta], rate }, { rho, momentum, epsilon, centered }) {
    blend(
      squares,
      rho,
      g.map((value) => value * value),
    );
    blend(means, rho, g);
    g.forEach((value, i) => {
      const variance = squares[i] - (centered ? means[i] ** 2 : 0);
      momenta[i] = momentum * momenta[i] + (rate * value) / Math.sqrt(variance + epsilon);
      w[i] -= momenta[i];
    });
  },
};

/** @type {Formula} */
const adagrad = {
  defaults: { learningRate: 0.001, initialAccumulatorValue: 0.1, epsilon: 1e-7 },
  states: ({ initialAccumulatorValue }, size) => filled(1, size, initialAccumulatorValue),
  update({ w, g, states: [squares], rate }, { epsilon }) {
    g.forEach((value, i) => {
      squares[i] += value * value;
      w[i] -= (rate * value) / Math.sqrt(squares[i] + epsilon);
    });
  },
};

/** @type {Formula} */
const adadelta = {
  defaults: { learningRate: 0.001, rho: 0.95, epsilon: 1e-7 },
  states: (_, size) => filled(2, size),
  update({ w, g, states: [squares, changes], rate }, { rho, epsilon }) {
    blend(
      squares,
      rho,
      g.map((value) => value * value),
    );
    const change = g.map((value, i) => (Math.sqrt(changes[i] + epsilon) / Math.sqrt(squares[i] + epsilon)) * value);
    blend(
      changes,
      rho,
      change.map((value) => value * value),
    );
    change.forEach((value, i) => {
      w[i] -= rate * value;
    });
  },
};

/** @param {number[][]} a @param {number[][]} b */
const product = (a, b) => a.map((row) => b[0].map((_, j) => row.reduce((sum, value, k) => sum + value * b[k][j], 0)));

/** @param {number[][]} a */
const transposed = (a) => a[0].map((_, j) => a.map((row) => row[j]));

/** Jordan's iteration as he writes it, on the wide side. @param {number[][]} x @returns {number[][]} */
function orthogonal(x) {
  if (x.length > x[0].length) return transposed(orthogonal(transposed(x)));
  const size = Math.hypot(...x.flat()) + 1e-7;
  let y = x.map((row) => row.map((value) => value / size));
  for (let step = 0; step < 5; step++) {
    const a = product(y, transposed(y));
    const squared = product(a, a);
    const b = a.map((row, i) => row.map((value, j) => -4.775 * value + 2.0315 * squared[i][j]));
    const by = product(b, y);
    y = y.map((row, i) => row.map((value, j) => 3.4445 * value + by[i][j]));
  }
  return y;
}

/** @type {Formula} Keras's Muon with an rms_rate of 0.2, for kernels of rank four */
const muon = {
  defaults: { ...adam.defaults, momentum: 0.95, nesterov: true, weightDecay: 0.004 },
  states: (_, size) => filled(2, size),
  update(update, options) {
    const { w, g, states, rate, shape } = update;
    if (shape?.length !== 4) return adam.update(update, options);
    const { momentum, nesterov } = options;
    const columns = shape[3];
    const rows = w.length / columns;
    g.forEach((value, i) => {
      states[0][i] = momentum * states[0][i] + value;
    });
    const direction = [...(nesterov ? g.map((value, i) => value + momentum * states[0][i]) : states[0])];
    const matrix = Array.from({ length: rows }, (_, i) => direction.slice(i * columns, (i + 1) * columns));
    const change = 0.2 * rate * Math.sqrt(Math.max(rows, columns));
    orthogonal(matrix)
      .flat()
      .forEach((value, i) => {
        w[i] -= change * value;
      });
  },
};

/** @type {Record<string, Formula>} */
const FORMULAS = {
  adam,
  adamw: { ...adam, defaults: { ...adam.defaults, weightDecay: 0.004 } },
  sgd,
  rmsprop,
  adagrad,
  adadelta,
  muon,
};

/** @param {Float64Array} g */
const norm = (g) => Math.sqrt(g.reduce((sum, value) => sum + value * value, 0));

/**
 * One of the three, in Keras's order of precedence.
 * @param {Values} gradients
 * @param {{ clipNorm?: number, globalClipNorm?: number, clipValue?: number }} options
 */
function clipped(gradients, { clipNorm, globalClipNorm, clipValue }) {
  if (clipNorm) return gradients.map((g) => g.map((value) => (value * clipNorm) / Math.max(norm(g), clipNorm)));
  if (globalClipNorm) {
    const whole = Math.hypot(...gradients.map(norm));
    return gradients.map((g) => g.map((value) => (value * globalClipNorm) / Math.max(whole, globalClipNorm)));
  }
  if (clipValue) return gradients.map((g) => g.map((value) => Math.min(Math.max(value, -clipValue), clipValue)));
  return gradients;
}

export class Optimizer {
  /** @type {{ states: Float64Array[], average: Float64Array }[]} */
  #weights = [];
  #formula;
  #step = 0;

  /**
   * @param {{ name: string, [option: string]: any }} options learningRate: a number, or a function of the step from 0
   */
  constructor({ name, ...options }) {
    this.#formula = FORMULAS[name];
    if (!this.#formula) throw new Error(`reference: no optimizer ${name}`);
    /** @type {Record<string, any>} */
    this.options = { useEma: false, emaMomentum: 0.99, ...this.#formula.defaults, ...options };
  }

  /**
   * Takes one step, in place. Clipping comes first, then decay, then the formula, then the moving average.
   * @param {Values} weights
   * @param {Values} gradients
   * @param {number[][]} [shapes] of the weights
   */
  apply(weights, gradients, shapes) {
    const { learningRate, weightDecay, useEma, emaMomentum, emaOverwriteFrequency } = this.options;
    const rate = typeof learningRate === 'function' ? learningRate(this.#step) : learningRate;
    this.#step++;
    clipped(gradients, this.options).forEach((g, i) => {
      const w = weights[i];
      this.#weights[i] ??= {
        states: this.#formula.states(this.options, w.length),
        average: new Float64Array(w.length),
      };
      const { states, average } = this.#weights[i];
      if (weightDecay)
        w.forEach((value, k) => {
          w[k] -= value * weightDecay * rate;
        });
      this.#formula.update({ w, g, states, rate, step: this.#step, shape: shapes?.[i] }, this.options);
      if (!useEma) return;
      blend(average, this.#step === 1 ? 0 : emaMomentum, w);
      if (emaOverwriteFrequency && this.#step % emaOverwriteFrequency === 0) w.set(average);
    });
  }

  /** The moving averages of the weights. */
  get averages() {
    return this.#weights.map(({ average }) => average);
  }
}
