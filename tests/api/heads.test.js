import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { heads, layers, sequential, tensor } from '../../shim/index.js';
import { isRefusal, noise, slice, wrong } from './support.js';

/** Heads for features: against what their definitions say, in doubles, and against gradients that must be zero. */

const WIDTH = 6;

/** Features of classes that overlap, of very different sizes. @param {number} count @param {number} classes */
function samples(count, classes, seed = 1) {
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  const bytes = noise(count * WIDTH, seed);
  const features = Float32Array.from(bytes, (byte, i) => {
    const label = labels[Math.floor(i / WIDTH)];
    const column = i % WIDTH;
    return (byte / 128 + (column % classes === label ? 1 : 0)) * 10 ** (column - 2) + column;
  });
  return { features: tensor(features, [count, WIDTH]), labels: tensor(labels, [count]) };
}

/** @typedef {Awaited<ReturnType<typeof heads.nearestMean>>} Weights */

/** The probabilities that a dense layer of the weights gives. @param {Weights} weights @param {any} features */
async function answers(weights, features) {
  const [, { shape }] = weights;
  const model = await sequential({
    layers: [layers.dense({ inputShape: [WIDTH], units: shape[0], activation: 'softmax' })],
  });
  model.setWeights(weights);
  const { data } = await model.predict(features);
  model.dispose();
  return data;
}

/** Standardized features, as the definition says: the deviations are those of all samples, with a floor. */
function standardized(/** @type {any} */ { shape: [count, width], data }) {
  const column = (/** @type {number} */ j) => Array.from({ length: count }, (_, i) => data[i * width + j]);
  const means = Array.from({ length: width }, (_, j) => column(j).reduce((a, b) => a + b) / count);
  const deviations = means.map((mean, j) => Math.hypot(...column(j).map((value) => value - mean)) / Math.sqrt(count));
  const floor = deviations.reduce((a, b) => a + b) / width / 2;
  return Array.from({ length: count }, (_, i) =>
    means.map((mean, j) => (data[i * width + j] - mean) / (deviations[j] + floor) / Math.sqrt(width)),
  );
}

/** @param {number[][]} rows */
const meanOf = (rows) => rows[0].map((_, j) => rows.reduce((sum, row) => sum + row[j], 0) / rows.length);

/** @param {number[]} a @param {number[]} b */
const squaredDistance = (a, b) => a.reduce((sum, value, j) => sum + (value - b[j]) ** 2, 0);

/** @param {number[]} logits */
function softmax(logits) {
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const all = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / all);
}

describe('heads.nearestMean', () => {
  test('gives the softmax of minus the squared distances from the means of the classes', async () => {
    const { features, labels } = samples(30, 3);
    const rows = standardized(features);
    const means = [0, 1, 2].map((c) => meanOf(rows.filter((_, i) => labels.data[i] === c)));
    const got = await answers(await heads.nearestMean(features, labels, { classes: 3 }), features);
    const gaps = rows.map((row) => {
      const [a, b] = means.map((mean) => squaredDistance(row, mean));
      return b - a;
    });
    const logits = rows.map((_, i) => Math.log(got[i * 3] / got[i * 3 + 1]));
    const factor = logits[0] / gaps[0];
    assert.ok(factor > 0);
    gaps.forEach((gap, i) => assert.ok(Math.abs(logits[i] - factor * gap) < 1e-3, `${logits[i]}, ${factor * gap}`));
  });

  test('is as sure as makes samples most likely that their own mean is without', async () => {
    const { features, labels } = samples(24, 2, 5);
    const rows = standardized(features);
    const of = (/** @type {number} */ c, without = -1) =>
      meanOf(rows.filter((_, i) => labels.data[i] === c && i !== without));
    const left = rows.map((row, i) => [0, 1].map((c) => squaredDistance(row, of(c, i))));
    const [low, high] = [1 / 14, 13 / 14]; // targets of classes of twelve
    const loss = (/** @type {number} */ factor) =>
      left.reduce((sum, distances, i) => {
        const likely = softmax(distances.map((distance) => -factor * distance));
        return sum - likely.reduce((all, p, c) => all + (c === labels.data[i] ? high : low) * Math.log(p), 0);
      }, 0);
    const got = await answers(await heads.nearestMean(features, labels, { classes: 2 }), features);
    const gap = squaredDistance(rows[0], of(1)) - squaredDistance(rows[0], of(0));
    const factor = Math.log(got[0] / got[1]) / gap;
    assert.ok(loss(factor) < loss(factor * 1.02) && loss(factor) < loss(factor / 1.02), `${factor}`);
  });

  test('is the same from samples that are added one by one', async () => {
    const { features, labels } = samples(20, 4);
    const means = await heads.classMeans({ classes: 4 });
    for (let i = 0; i < 20; i++) means.add(slice(features, i, i + 1), slice(labels, i, i + 1));
    assert.deepEqual(means.weights(), await heads.nearestMean(features, labels, { classes: 4 }));
  });

  test('is finite with one sample of a class, with equal ones, and where a feature never varies', async () => {
    for (const given of [
      [1, 0, 0, 0, 1, 0],
      [0, 0, 0, 0, 0, 0],
      [1, 0, 5, 1, 0, 5],
    ]) {
      const x = tensor(given, [2, 3]);
      const [kernel, bias] = await heads.nearestMean(x, tensor(new Uint8Array([0, 1]), [2]), { classes: 2 });
      assert.ok([...kernel.data, ...bias.data].every(Number.isFinite), String(given));
    }
  });

  test('refuses what is no feature or label, and classes without samples', async () => {
    const { features, labels } = samples(6, 3);
    /** @type {[any, any, any, RegExp][]} */
    const cases = [
      [features, labels, { classes: 1 }, /^classMeans: classes must be an integer 2\.\.65536, got 1$/],
      [features, labels, {}, /classes must be an integer/],
      [features, labels, { classes: 2 }, /^classMeans: labels must be an integer 0\.\.1, got 2$/],
      [features, labels, { classes: 5 }, /^classMeans: every class needs samples, and class 3 has none$/],
      [features, slice(labels, 0, 4), { classes: 3 }, /labels must have shape \[6\], got \[4\]$/],
      [tensor(noise(36, 1), [6, 6]), labels, { classes: 3 }, /features must be floats, .* got bytes/],
      [tensor([1, 2], [2]), labels, { classes: 3 }, /features must have shape \[n, width\], got \[2\]$/],
      [null, labels, { classes: 3 }, /^classMeans: features must be a tensor/],
    ];
    for (const [x, y, options, message] of cases)
      await assert.rejects(
        heads.nearestMean(x, y, options),
        (error) => isRefusal(error) && message.test(error.message),
      );
    const means = await heads.classMeans({ classes: 3 });
    assert.throws(() => means.weights(), /every class needs samples/);
    means.add(features, labels);
    assert.throws(
      () => means.add(tensor([1, 2], [1, 2]), slice(labels, 0, 1)),
      /shape \[n, 6\] as before, got \[1, 2\]/,
    );
  });
});

describe('heads.logistic', () => {
  test('is at the minimum: the gradient of losses and penalty is zero', async () => {
    const [classes, l2] = [3, 0.5];
    const { features, labels } = samples(30, classes);
    const rows = standardized(features);
    const got = await answers(await heads.logistic(features, labels, { classes, l2, steps: 2000 }), features);
    const errors = rows.map((_, i) =>
      Array.from({ length: classes }, (__, c) => got[i * classes + c] - Number(labels.data[i] === c)),
    );
    for (let c = 0; c < classes; c++)
      assert.ok(Math.abs(errors.reduce((sum, error) => sum + error[c], 0)) < 1e-3, 'of the bias');
    // where the gradient is zero, w = −Σ error · z / (2 l2); its logits must be those of the answers
    const kernel = rows[0].map((_, j) =>
      Array.from(
        { length: classes },
        (__, c) => -rows.reduce((sum, row, i) => sum + errors[i][c] * row[j], 0) / (2 * l2),
      ),
    );
    const logit = (/** @type {number} */ i, /** @type {number} */ c) =>
      rows[i].reduce((sum, value, j) => sum + value * (kernel[j][c] - kernel[j][0]), 0);
    for (let i = 1; i < rows.length; i++)
      for (let c = 1; c < classes; c++) {
        const change = (/** @type {number} */ k) => Math.log(got[k * classes + c] / got[k * classes]);
        const [ours, theirs] = [change(i) - change(0), logit(i, c) - logit(0, c)];
        assert.ok(Math.abs(ours - theirs) < 2e-3, `${ours}, want ${theirs}`);
      }
  });

  test('has converged after its usual steps', async () => {
    const { features, labels } = samples(60, 3, 9);
    const [usual, long] = await Promise.all(
      [300, 3000].map(async (steps) =>
        answers(await heads.logistic(features, labels, { classes: 3, steps }), features),
      ),
    );
    usual.forEach((value, i) => assert.ok(Math.abs(value - long[i]) < 0.02, `${value}, ${long[i]}`));
  });

  test('weighs classes, ends with its signal, and refuses what cannot be', async () => {
    const { features, labels } = samples(12, 2);
    const share = async (/** @type {any} */ classWeight) => {
      const given = await answers(
        await heads.logistic(features, labels, { classes: 2, l2: 10, classWeight }),
        features,
      );
      return given.reduce((sum, value, i) => sum + (i % 2 ? value : 0), 0) / 12;
    };
    assert.ok((await share({ 1: 5 })) > (await share(undefined)) + 0.2);
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(heads.logistic(features, labels, { classes: 2, signal }), /enough/);
    for (const [options, message] of /** @type {[any, RegExp][]} */ ([
      [{ classes: 2, l2: -1 }, /^logistic: l2 must be a number 0\.\.1000000, got -1$/],
      [{ classes: 2, steps: 0 }, /^logistic: steps must be an integer 1\.\.1000000, got 0$/],
      [{ classes: 2, epochs: 3 }, /^logistic has no option 'epochs'/],
      [wrong(undefined), /^logistic takes an object of options, got undefined$/],
    ]))
      await assert.rejects(heads.logistic(features, labels, options), { message });
  });
});

describe('heads.confidenceThreshold', () => {
  const CONFIDENCES = [
    ...[0.93, 0.41, 0.77, 0.998, 0.62, 0.88, 0.55, 0.999, 0.71, 0.84, 0.97, 0.66],
    ...[0.9, 0.59, 0.8, 0.95, 0.74, 0.69, 0.86, 0.52, 0.91, 0.99, 0.64],
  ];

  /** Of three classes: samples that are recognised with these confidences. @param {number[]} confidences */
  const recognised = (confidences) => ({
    labels: tensor(
      Int32Array.from(confidences, (_, i) => i % 3),
      [confidences.length],
    ),
    probabilities: tensor(
      Float32Array.from(confidences.flatMap((most, i) => [0, 1, 2].map((c) => (c === i % 3 ? most : (1 - most) / 2)))),
      [confidences.length, 3],
    ),
  });

  /** @param {{ labels: any, probabilities: any }} [given] @param {{ rejected?: number }} [options] */
  const found = ({ labels, probabilities } = recognised(CONFIDENCES), options = {}) =>
    heads.confidenceThreshold(labels, probabilities, options);

  test('is the quantile that Python gives', async () => {
    const close = (/** @type {number | null} */ got, /** @type {number} */ wanted) =>
      assert.ok(Math.abs(Number(got) - wanted) < 1e-6, `${got}, not ${wanted}`);
    // statistics.quantiles(CONFIDENCES, n=…, method='exclusive')[0]
    close(await found(), 0.432); // n=20
    close(await found(undefined, { rejected: 0.1 }), 0.532); // n=10
    close(await found(undefined, { rejected: 0.5 }), 0.8); // n=2
  });

  test('counts only what is recognised', async () => {
    const { labels, probabilities } = recognised([...CONFIDENCES, 0.4, 0.99, 0.9]);
    labels.data[23] = 0; // of class 2
    labels.data[24] = 1; // of class 0
    probabilities.data[25 * 3] = NaN;
    assert.equal(await found({ labels, probabilities }), await found());
    assert.equal(await found({ labels: tensor([1], [1]), probabilities: tensor([0.9, 0.1], [1, 2]) }), null);
  });

  test('rejects little after few samples: between one class in all and the least sure', async () => {
    for (const [count, part] of [
      [1, 0.1],
      [6, 0.35],
      [19, 1],
    ]) {
      const got = Number(await found(recognised(Array(count).fill(0.9))));
      assert.ok(Math.abs(got - (1 / 3 + part * (0.9 - 1 / 3))) < 1e-6, `${count}: ${got}`);
    }
  });

  test('rejects one in twenty of samples that are like those it was found on', async () => {
    for (const count of [20, 40, 120]) {
      const all = Array.from(noise(8 * count, count).subarray(0, count), (byte, i) => 0.4 + byte / 500 + i / 1e5);
      const rejected = [];
      for (const [i, confidence] of all.entries()) {
        const threshold = Number(await found(recognised(all.toSpliced(i, 1))));
        if (confidence < threshold) rejected.push(i);
      }
      assert.equal(rejected.length, count / 20);
    }
  });

  test('refuses what is not probabilities of labels', async () => {
    const { labels, probabilities } = recognised([0.9, 0.8]);
    const cases = /** @type {[any, any, any, RegExp][]} */ ([
      [labels, labels, {}, /probabilities must have the shape \[n, classes\], got \[2\]/],
      [tensor([1], [1]), probabilities, {}, /labels must have the shape \[2\], got \[1\]/],
      [tensor([1, 3], [2]), probabilities, {}, /labels must be an integer 0\.\.2, got 3/],
      [labels, probabilities, { rejected: 0.6 }, /rejected must be a number 0\.\.0\.5, got 0\.6/],
      [labels, probabilities, { share: 0.1 }, /share/],
    ]);
    for (const [known, given, options, message] of cases)
      await assert.rejects(
        () => found({ labels: known, probabilities: given }, options),
        (error) => isRefusal(error) && message.test(/** @type {Error} */ (error).message),
      );
  });
});
