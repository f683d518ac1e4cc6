/** The run's figures, as text to read and as data to store. */
import { epochRows } from './parts/epochs.js';
import { inferenceRows } from './parts/inference.js';
import { kernelRows } from './parts/kernels.js';
import { LAYERS_AT, layerRows } from './parts/layers.js';
import { networkClaims, networkRows } from './parts/networks.js';
import { peerRows } from './parts/peers.js';
import { reader } from './rounds.js';
import { least } from './statistics.js';
import { fixed, percent, table, times } from './table.js';

/** @import { Counts } from './context.js' */
/** @import { Memory } from './parts/memory.js' */
/** @import { Results } from './rounds.js' */

/**
 * @typedef {object} Run
 * @property {{ cpu: string, threads: number, node: string, pictures: string, quick: boolean }} machine
 * @property {Counts} counts
 * @property {Results} results
 * @property {Memory | null} memory
 * @property {string[]} notes
 * @property {number} minutes
 */

/**
 * @typedef {{ claim: string, value: number, bar: number, most?: boolean, unit: string }} Claim `most`: the bar is an
 *   upper limit
 */

/** @param {ReturnType<typeof rowsOf>} rows */
function peakTable({ peaks }) {
  return table(
    'SIMD multiply-and-add peak, one thread',
    ['', 'GFLOP/s'],
    peaks.map(({ name, gflops }) => [name, fixed(gflops)]),
  );
}

/** @param {ReturnType<typeof rowsOf>} rows */
function kernelTable({ kernels }) {
  return table(
    'Kernels, one thread, a batch of 32 (share: of the peak of the same instructions in the same place)',
    ['', '', 'ms', 'GFLOP/s', 'of peak'],
    kernels.map(({ name, where, ms, gflops, ofPeak }) => [name, where, fixed(ms, 3), fixed(gflops), percent(ofPeak)]),
  );
}

/** @param {ReturnType<typeof rowsOf>} rows @param {string} at */
function layerTable({ layers }, at) {
  return table(
    `Layers, ${at}, one thread, a batch of 32 (→: the core’s choice; dense: as if no product were skipped; own: ` +
      'products of the algorithm itself)',
    ['', '', '', '', 'ms/image', 'dense GFLOP/s', 'of peak', 'own GFLOP/s', 'of peak'],
    layers
      .filter(({ where }) => where === at)
      .map((row) => [
        row.layer,
        row.pass,
        row.chosen ? '→' : '',
        row.algorithm,
        fixed(row.ms, 4),
        fixed(row.gflops),
        percent(row.ofPeak),
        fixed(row.ownGflops),
        percent(row.ownOfPeak),
      ]),
  );
}

/** @param {ReturnType<typeof rowsOf>} rows @param {Counts} counts */
function epochTable({ epochs }, { epoch, twoBlock }) {
  const measured = `60,000 pictures, batch 32, Adam; from ${fixed(epoch, 0)} (two-block: ${fixed(twoBlock, 0)})`;
  return table(
    `An epoch: ${measured}; dense-counted, shares of one thread's peak`,
    ['', '', 's/epoch', 'images/s', 'GFLOP/s', 'of peak', 'of fused peak', 'of 1 thread'],
    epochs.map((row) => [
      row.model,
      row.place,
      fixed(row.seconds, 2),
      fixed(row.imagesPerSecond, 0),
      fixed(row.gflops),
      percent(row.ofPeak),
      percent(row.ofFusedPeak),
      times(row.speedup),
    ]),
  );
}

/** @param {ReturnType<typeof rowsOf>} rows */
function inferenceTable({ inference }) {
  return table(
    'Inference in Chromium, one thread, images/s (ratio: this project’s faster build to it)',
    ['', 'batch 256', 'ratio', 'one at a time', 'ratio'],
    inference.map((row) => [
      row.title,
      fixed(row.many, 0),
      times(row.ratio),
      fixed(row.single, 0),
      times(row.singleRatio),
    ]),
  );
}

/** @param {ReturnType<typeof rowsOf>} rows @param {Counts} counts */
function peerTable({ peers }, { jax, pytorch, peerSeconds }) {
  const measured = `jax-js from ${jax}, PyTorch from ${pytorch}, or what ${peerSeconds} s allow; TensorFlow.js from 32`;
  return table(
    `An epoch elsewhere, scaled from fewer pictures (${measured}), and how many times this project’s at as many ` +
      'threads',
    ['', 'threads', 's/epoch', 'ours in Node', 'ours in Chromium'],
    peers.map((row) => [row.name, String(row.threads), fixed(row.seconds), times(row.inNode), times(row.inChromium)]),
  );
}

/** @param {ReturnType<typeof rowsOf>} rows */
function networkTable({ networks }) {
  return table(
    'Networks, images/s at batch 64, Adam (ratio: this project’s to PyTorch’s at its fastest)',
    ['', '', 'threads', 'PyTorch', 'Node', 'ratio', 'Chromium', 'ratio'],
    networks
      .filter(({ batch }) => batch === 64)
      .map((row) => [
        row.network,
        row.task,
        String(row.threads),
        fixed(row.torch, 0),
        fixed(row.node, 0),
        times(row.nodeToTorch),
        fixed(row.chromium, 0),
        times(row.chromiumToTorch),
      ]),
  );
}

/** @param {ReturnType<typeof rowsOf>} rows */
function networkInferenceTable({ networks }) {
  return table(
    'Inference by networks in Chromium, one thread, images/s (ratio: this project’s to onnxruntime-web’s)',
    ['', 'batch', 'onnxruntime-web', 'Fitting Room', 'ratio'],
    networks
      .filter(({ onnx }) => !Number.isNaN(onnx))
      .map((row) => [
        row.network,
        String(row.batch),
        fixed(row.onnx, 0),
        fixed(row.chromium, 0),
        times(row.chromiumToOnnx),
      ]),
  );
}

/** @param {Memory | null} memory */
function memoryTable(memory) {
  if (!memory) return [];
  const { inNode, inWorker, page } = memory;
  const held = (/** @type {typeof inNode} */ run) => `${fixed(run.pictures, 0)} pictures + ${fixed(run.core, 0)} core`;
  return table(
    `Memory of a run with validation (${memory.epochs} epochs), MB, 2²⁰ bytes each`,
    ['', 'MB', ''],
    [
      ...(page
        ? [
            [
              `page (${page.build}, ${page.threads} threads): held after the run, as the browser counts`,
              fixed(page.held.all),
              `workers ${fixed(page.held.workers)}`,
            ],
            [
              'page: highest resident memory of its process, above an empty page',
              fixed(page.growth),
              `at the end ${fixed(page.resident)}`,
            ],
          ]
        : []),
      ...(inWorker ? [['worker in Chromium: pictures and core', fixed(inWorker.sum), held(inWorker)]] : []),
      ['Node: pictures and core', fixed(inNode.sum), held(inNode)],
      ['Node: highest resident memory, above that before the run', fixed(inNode.growth), ''],
      ['the page, gzipped, KB', fixed(memory.gzippedKilobytes), ''],
    ],
  );
}

/** @param {Claim[]} claims */
function claimTable(claims) {
  return table(
    'Claims',
    ['', 'measured', 'bar', ''],
    claims.map(({ claim, value, bar, most, unit }) => [
      claim,
      `${fixed(value, 2)} ${unit}`,
      `${most ? '≤' : '≥'} ${bar} ${unit}`,
      (most ? value <= bar : value >= bar) ? 'met' : 'NOT MET',
    ]),
  );
}

/** @param {Results} results */
function rowsOf(results) {
  const result = reader(results);
  return {
    peaks: Object.keys(results)
      .filter((id) => id.startsWith('peak '))
      .map((id) => ({ name: id.slice(5), gflops: result(id) })),
    kernels: kernelRows(result),
    layers: layerRows(result),
    epochs: epochRows(results, result),
    inference: inferenceRows(result),
    peers: peerRows(results, result),
    networks: networkRows(results, result),
  };
}

/**
 * The time of a library's epoch in its fastest configuration, divided by ours in Chromium on the same number of
 * threads.
 * @param {ReturnType<typeof rowsOf>} rows @param {string} name @param {number} threads
 */
const peerRatio = ({ peers }, name, threads) =>
  least(
    peers.filter((row) => row.name.startsWith(name) && row.threads === threads).map(({ inChromium }) => inChromium),
  );

/** @param {Run} run @param {ReturnType<typeof rowsOf>} rows @returns {Claim[]} */
function claimsOf({ memory, machine }, rows) {
  const alone = rows.epochs.filter(({ speedup }) => speedup === 1);
  const shared = rows.epochs.filter(({ model, speedup }) => model === 'tutorial' && speedup !== 1);
  const onnx = rows.inference.find(({ library }) => library === 'onnxruntime');
  /** @type {Claim[]} */
  const claims = [
    ...alone.map(({ model, place, ofPeak }) => ({
      claim: `${model} network, ${place}, of the SIMD peak`,
      value: 100 * ofPeak,
      bar: model === 'tutorial' ? 100 : 60,
      unit: '%',
    })),
    ...shared.map(({ place, speedup }) => ({
      claim: `${place}, to one thread of the same build`,
      value: speedup,
      bar: 0.9 * machine.threads,
      unit: '×',
    })),
    { claim: 'inference at batch 256, to onnxruntime-web', value: onnx?.ratio ?? NaN, bar: 2.5, unit: '×' },
    { claim: 'inference one at a time, to onnxruntime-web', value: onnx?.singleRatio ?? NaN, bar: 1.5, unit: '×' },
    {
      claim: 'training in Chromium, to jax-js with its own convolution, one thread',
      value: peerRatio(rows, 'jax-js, Chromium (lax', 1),
      bar: 35,
      unit: '×',
    },
    {
      claim: 'training in Chromium, to jax-js at its fastest, one thread',
      value: peerRatio(rows, 'jax-js', 1),
      bar: 1,
      unit: '×',
    },
    {
      claim: 'training in Chromium, to PyTorch at its fastest, one thread',
      value: peerRatio(rows, 'PyTorch', 1),
      bar: 3,
      unit: '×',
    },
    {
      claim: 'training in Chromium, to PyTorch at its fastest, two threads',
      value: peerRatio(rows, 'PyTorch', 2),
      bar: 4.5,
      unit: '×',
    },
    ...networkClaims(rows.networks),
    {
      claim: 'memory of a run: the page’s worker',
      value: memory?.page?.held.workers ?? NaN,
      bar: 120,
      most: true,
      unit: 'MB',
    },
    {
      claim: 'memory of a run: pictures and core',
      value: memory?.inWorker?.sum ?? NaN,
      bar: 120,
      most: true,
      unit: 'MB',
    },
  ];
  return claims.filter(({ value }) => Number.isFinite(value));
}

/** @param {Run} run */
export function report(run) {
  const { machine, counts, results, memory, notes, minutes } = run;
  const rows = rowsOf(results);
  const claims = claimsOf(run, rows);
  const text = [
    `${machine.cpu}, Node ${machine.node}, ${machine.pictures}; medians of ${counts.rounds} interleaved rounds, ` +
      `${fixed(minutes)} minutes`,
    ...(machine.quick ? ['BENCH_QUICK: these figures only show that it runs.'] : []),
    ...peakTable(rows),
    ...kernelTable(rows),
    ...LAYERS_AT.flatMap((at) => layerTable(rows, at)),
    ...epochTable(rows, counts),
    ...inferenceTable(rows),
    ...peerTable(rows, counts),
    ...networkTable(rows),
    ...networkInferenceTable(rows),
    ...memoryTable(memory),
    ...claimTable(claims),
    ...(notes.length ? ['', ...notes] : []),
  ].join('\n');
  return { text, data: { machine, counts, claims, ...rows, memory, notes, results } };
}
