import { before, test } from 'node:test';
import { POINTWISE } from '../../support/reference/activations.js';
import * as api from '../../../shim/index.js';
import { ACTIVATIONS } from '../../../shim/layers/index.js';
import { agree, within } from './agree.js';
import { near, ourModel, useOracles } from './support.js';

before(useOracles);

/** TensorFlow.js has no leakyRelu among its activations. @type {any} */
const NOT_THERE = { leakyRelu: 'nothing', silu: 'nothing', hardSwish: 'nothing' };

for (const activation of ACTIVATIONS) {
  test(`activation ${activation}: in dense, conv2d and depthwiseConv2d, and alone`, async () => {
    const tensorflow = NOT_THERE[activation];
    await agree(within([8], 'dense', { units: 7, activation }), { tensorflow });
    await agree(within([5, 4, 2], 'conv2d', { filters: 3, kernelSize: 2, activation }), { tensorflow });
    await agree(within([5, 4, 2], 'depthwiseConv2d', { kernelSize: 2, depthMultiplier: 2, activation }), {
      tensorflow,
    });
    await agree(within([8], 'activation', { activation }), { tensorflow });
  });
}

/** Floats far from zero, near zero and at the edges. */
const NUMBERS = Float32Array.of(
  -1e30,
  -1e4,
  -104,
  -88,
  -30,
  -12.5,
  -9,
  -6,
  -5.5,
  -4,
  -3,
  -2.5,
  -2,
  -1.5,
  -1,
  -0.75,
  -0.5,
  -0.25,
  -0.1,
  -1e-3,
  -1e-6,
  -1e-20,
  -0,
  0,
  1e-20,
  1e-6,
  1e-3,
  0.1,
  0.25,
  0.5,
  0.75,
  1,
  1.5,
  2,
  2.5,
  3,
  4,
  5.5,
  5.999,
  6,
  6.001,
  9,
  12.5,
  30,
  88,
  104,
  1e4,
  1e30,
);

/**
 * Where rounding costs floats more than 2e-6 of the value, they are compared absolutely: 1e-7 next to values of about
 * one.
 */
for (const activation of Object.keys(POINTWISE).filter((name) => !['linear', 'silu'].includes(name)))
  test(`activation ${activation}: over the whole line`, async () => {
    const ours = await ourModel({ inputShape: [1], nodes: [{ layer: 'activation', options: { activation } }] });
    const { data } = await ours.model.predict(api.tensor(NUMBERS, [NUMBERS.length, 1]));
    NUMBERS.forEach((x, i) =>
      near(`${activation}(${x})`, [data[i]], [POINTWISE[activation](x)], { relative: 2e-6, floor: 1e-7 }),
    );
    ours.dispose();
  });
