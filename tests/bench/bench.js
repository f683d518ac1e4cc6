/**
 * How fast it trains, as a share of what this machine's SIMD unit could do at best, all in one run:
 * the multiply-and-add peak, each kernel of the tutorial's step, and whole epochs of fit.
 * Floating-point operations are dense-counted: what the products would take if nothing were skipped.
 *
 * node tests/bench/bench.js        (or `make bench`; build/bench.json keeps the figures)
 */
import { writeFileSync } from 'node:fs';
import { datasets, sequential } from '../../shim/index.js';
import { datasetFolder } from '../support/dataset.js';
import { tutorialLayers } from '../support/tutorial.js';

const BATCH = 32;
const DENSE_MFLOP = 2 * 5408 * 128 / 1e6;
const CONV_MFLOP = 2 * 26 * 26 * 32 * 9 / 1e6;
/** Forward and backward of one image: the dense layers' three products and the convolution's two. */
const IMAGE_MFLOP = 3 * (DENSE_MFLOP + 2 * 128 * 10 / 1e6) + 2 * CONV_MFLOP;
const EPOCHS = 3;

/** @type {string} */
const kernelsModule = '../../build/bench/kernels.mjs';
/** @type {Record<string, (...args: number[]) => number>} */
const native = await (await import(kernelsModule)).default();

/**
 * The shortest of many runs: what the machine does when it is left alone.
 * @param {() => unknown} run
 * @param {number} times
 */
function fastest(run, times) {
  let best = Infinity;
  for (let i = 0; i < times + 10; i++) {
    const start = performance.now();
    run();
    if (i >= 10) best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** GFLOP/s of the better of the two peak loops. */
function measurePeak() {
  const [sink, x, w] = [64, 4096, 8192].map((bytes) => native._malloc(bytes));
  const loops = [
    () => native._peak_chains(40000, sink),
    () => native._peak_tile(1000, 64, x, w, sink),
  ];
  return Math.max(...loops.map((loop) => loop() / 1e6 / fastest(loop, 60)));
}

/** @param {string} name @param {number} mflop of one image */
function measureKernel(name, mflop) {
  const ms = fastest(native[`_kernels_${name}`], 150);
  return { name, ms, gflops: (mflop * BATCH) / ms };
}

/** Median seconds of an epoch of 60,000 images. */
async function measureEpochs() {
  const { train, synthetic } = datasetFolder()
    ? await datasets.fashionMnist()
    : await datasets.synthetic({ trainSize: 60000, testSize: 10 });
  const model = await sequential({ layers: tutorialLayers(), seed: 1 });
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  /** @type {number[]} */
  const seconds = [];
  let start = 0;
  await model.fit(train.images, train.labels, {
    epochs: EPOCHS,
    batchSize: BATCH,
    verbose: 0,
    callbacks: {
      onEpochBegin: () => { start = performance.now(); },
      onEpochEnd: () => { seconds.push((performance.now() - start) / 1000); },
    },
  });
  model.dispose();
  return { seconds: seconds.sort((a, b) => a - b)[EPOCHS >> 1], data: synthetic ? 'synthetic garments' : 'Fashion-MNIST' };
}

/** @param {number} gflops @param {number} peak */
const ofPeak = (gflops, peak) => `${gflops.toFixed(1).padStart(6)} GFLOP/s ${((100 * gflops) / peak).toFixed(0).padStart(4)} % of peak`;

native._kernels_prepare();
const before = measurePeak();
const kernels = [
  measureKernel('conv2d_pool_forward', CONV_MFLOP),
  measureKernel('conv2d_backward', CONV_MFLOP),
  measureKernel('dense_forward', DENSE_MFLOP),
  measureKernel('dense_forward_kept', DENSE_MFLOP),
  measureKernel('dense_backward_input', DENSE_MFLOP),
  measureKernel('dense_backward_kernel_adam', DENSE_MFLOP),
];
const { seconds, data } = await measureEpochs();
const peak = Math.max(before, measurePeak());
const gflops = (60000 * IMAGE_MFLOP) / 1000 / seconds;

console.log(`SIMD multiply-and-add peak, one thread        ${peak.toFixed(1).padStart(6)} GFLOP/s`);
for (const kernel of kernels) {
  console.log(`${kernel.name.padEnd(28)} ${kernel.ms.toFixed(3).padStart(7)} ms  ${ofPeak(kernel.gflops, peak)}`);
}
console.log(`epoch, batch ${BATCH}, one thread   ${seconds.toFixed(2).padStart(7)} s   ${ofPeak(gflops, peak)}  (${data}, ${Math.round(60000 / seconds).toLocaleString('en')} images/s)`);
writeFileSync(
  new URL('../../build/bench.json', import.meta.url),
  JSON.stringify({ node: process.version, peak, kernels, epoch: { seconds, gflops, ofPeak: gflops / peak, data } }, null, 2),
);
