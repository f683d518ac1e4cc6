/**
 * Each pass of the convolutions of two networks, by every algorithm that can run it, as a fraction of this machine's
 * SIMD peak.
 */
import { BATCH, PASS_MFLOP } from '../flops.js';
import { WITH_KERNELS as LAYERS_AT, kernelPlaces } from './kernels.js';

/** @import { Context } from '../context.js' */
/** @import { Measurement } from '../rounds.js' */
/** @import { Pass, Shape } from '../runs/kernels.js' */

export { LAYERS_AT };

/** @type {Shape} */
const USUAL = { side: 28, channels: 1, filters: 1, kernel: 3, stride: 1, pooled: false };

/** Those of models/accurate.js, and some of MobileNet's. @type {(Partial<Shape> & { depthwise?: boolean })[]} */
const LAYERS = [
  { side: 28, channels: 1, filters: 16 },
  { side: 28, channels: 16, filters: 32, pooled: true },
  { side: 14, channels: 32, filters: 64 },
  { side: 14, channels: 64, filters: 64, pooled: true },
  { side: 7, channels: 64, filters: 128 },
  { side: 7, channels: 128, filters: 128, pooled: true },
  { side: 3, channels: 128, filters: 128 },
  { side: 28, channels: 32, filters: 64, stride: 2 },
  { side: 14, channels: 32, filters: 64, kernel: 1 },
  { side: 7, channels: 128, filters: 128, kernel: 1 },
  { side: 4, channels: 256, filters: 256, kernel: 1 },
  { side: 14, channels: 32, filters: 32, depthwise: true },
  { side: 14, channels: 64, filters: 64, stride: 2, depthwise: true },
  { side: 4, channels: 256, filters: 256, depthwise: true },
];

/** @param {Shape} shape */
const fitsWinograd = ({ channels, filters, kernel, stride }) =>
  kernel === 3 && stride === 1 && channels % 4 === 0 && filters % 4 === 0;

/** How a pass can be run; a pool leaves too few gradients for Winograd's algorithm. @param {Shape} shape */
function algorithmsOf(shape, /** @type {string} */ pass) {
  if (fitsWinograd(shape) && !(shape.pooled && pass !== 'forward')) return ['direct', 'Winograd'];
  return shape.kernel === 1 && pass !== 'forward' ? ['direct', 'pointwise'] : ['direct'];
}

/** A network's first layer needs no gradient of its input. @param {Shape} shape */
const passesOf = ({ channels }) => (channels === 1 ? ['forward', 'kernel'] : ['forward', 'input', 'kernel']);

/** @type {Pass[]} */
const PASSES = LAYERS.flatMap(({ depthwise, ...given }) => {
  const shape = { ...USUAL, ...given };
  return passesOf(shape).flatMap((pass) =>
    (depthwise ? ['depthwise'] : algorithmsOf(shape, pass)).map((algorithm) => ({ shape, pass, algorithm })),
  );
});

/** @param {Pass} what */
function nameOf({ shape: { side, channels, filters, kernel, stride, pooled }, algorithm }) {
  const maps = algorithm === 'depthwise' ? `${channels}, depthwise` : `${channels} → ${filters}`;
  const more = `${stride > 1 ? `, stride ${stride}` : ''}${pooled ? ', pooled' : ''}`;
  return `${side}×${side}, ${maps}, ${kernel}×${kernel}${more}`;
}

/** @param {Pass} what @param {string} where */
const idOf = (what, where) => `layer ${nameOf(what)}: ${what.pass}, ${what.algorithm}, ${where}`;
/** @param {Pass} what */
const choiceOf = (what) => `layer ${nameOf(what)}: ${what.pass}, whether ${what.algorithm} is chosen`;

/** @param {Context} context @returns {Measurement[]} */
export const layerMeasurements = (context) =>
  kernelPlaces(context).flatMap(({ where, call }, place) => [
    ...PASSES.map((what) => ({ id: idOf(what, where), measure: () => call('layer', what, context.counts.layer) })),
    ...(place === 0
      ? PASSES.filter(({ algorithm }) => algorithm !== 'depthwise').map((what) => ({
          id: choiceOf(what),
          measure: () => call('isChosen', what),
        }))
      : []),
  ]);

/** Gradients take as many products as the forward pass. @param {Pass} what */
const productsOf = ({ shape, algorithm }, counted = algorithm) => PASS_MFLOP[counted](shape);

/**
 * Milliseconds per image, GFLOP/s counted as dense products and as the algorithm's own, and both as fractions of the
 * peak.
 * @param {(id: string) => number} result
 */
export function layerRows(result) {
  const rows = LAYERS_AT.flatMap((where) =>
    PASSES.map((what) => {
      const { pass, algorithm } = what;
      const ms = result(idOf(what, where)) / BATCH;
      const gflops = productsOf(what, algorithm === 'Winograd' ? 'direct' : algorithm) / ms;
      const ownGflops = productsOf(what) / ms;
      const peak = result(`peak ${where}`);
      return {
        layer: nameOf(what),
        where,
        pass,
        algorithm,
        chosen: algorithm === 'depthwise' || result(choiceOf(what)) === 1,
        ms,
        ...{ gflops, ofPeak: gflops / peak, ownGflops, ownOfPeak: ownGflops / peak },
      };
    }),
  );
  return rows.filter(({ ms }) => !Number.isNaN(ms));
}
