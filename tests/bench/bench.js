/**
 * Everything this project claims about speed and memory, measured in one run, so that its figures are ratios to each
 * other and to this machine's SIMD peak. Prints tables; build/bench.json keeps it all.
 *
 * node tests/bench/bench.js [part …]        (or `make bench PARTS="…"`)
 *
 * The parts: kernels, layers, epochs, inference, peers, networks, memory, plots. BENCH_QUICK=1 only tries it all out,
 * on a few pictures; MEMORY_EPOCHS=20 measures memory over the tutorial's whole run.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { PARTS, notesOnPeers, openContext } from './context.js';
import { nameOfPictures } from './runs/pictures.js';
import { epochMeasurements } from './parts/epochs.js';
import { inferenceMeasurements } from './parts/inference.js';
import { kernelMeasurements, peakMeasurements } from './parts/kernels.js';
import { layerMeasurements } from './parts/layers.js';
import { measureMemory } from './parts/memory.js';
import { networkMeasurements } from './parts/networks.js';
import { peerMeasurements } from './parts/peers.js';
import { measureCurves } from './parts/plots.js';
import { NO_PYTORCH, openPyTorch } from './peers/pytorch.js';
import { writePlots } from './draw.js';
import { runRounds } from './rounds.js';
import { report } from './report.js';

/** @import { Context, Part } from './context.js' */

const build = new URL('../../build/', import.meta.url);
const pictures = new URL('../../.github/', import.meta.url); // of the README

/** Progress, on a single line if there is a terminal. @param {string} text */
const say = (text) => void process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`);

/** @returns {Set<Part>} */
function chosenParts() {
  const names = process.argv.slice(2);
  const strange = names.find((name) => !PARTS.includes(/** @type {Part} */ (name)));
  if (strange) throw new Error(`no part ${strange}; there are ${PARTS.join(', ')}`);
  return new Set(/** @type {Part[]} */ (names.length ? names : PARTS));
}

/** Everything that is measured in rounds. @param {Context} context @param {Set<Part>} parts */
async function measureInRounds(context, parts) {
  const compares = parts.has('peers') || parts.has('networks');
  const pyTorch = compares ? await openPyTorch(context) : NO_PYTORCH;
  try {
    const measurements = [
      ...peakMeasurements(context),
      ...(parts.has('kernels') ? kernelMeasurements(context) : []),
      ...(parts.has('layers') ? layerMeasurements(context) : []),
      ...(parts.has('epochs') || parts.has('peers') ? await epochMeasurements(context) : []),
      ...(parts.has('inference') ? await inferenceMeasurements(context) : []),
      ...(parts.has('peers') ? await peerMeasurements(context, pyTorch) : []),
      ...(parts.has('networks') ? await networkMeasurements(context, pyTorch) : []),
    ];
    const results = await runRounds(measurements, context.counts.rounds, say);
    return { results, notes: compares ? [...pyTorch.notes, ...notesOnPeers()] : [] };
  } finally {
    await pyTorch.close();
  }
}

const started = performance.now();
const parts = chosenParts();
const context = await openContext(say);
try {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    threads: context.threads,
    node: process.version,
    pictures: await nameOfPictures(),
    quick: Boolean(process.env.BENCH_QUICK),
  };
  const rounds = ['kernels', 'epochs', 'inference', 'peers', 'networks', 'layers'].some((part) =>
    parts.has(/** @type {Part} */ (part)),
  );
  const { results, notes } = rounds ? await measureInRounds(context, parts) : { results: {}, notes: [] };
  const memory = parts.has('memory') ? await measureMemory(context) : null;
  const curves = parts.has('plots') ? await measureCurves(context) : null;
  if (curves) writePlots(curves, machine.quick ? build : pictures);
  const minutes = (performance.now() - started) / 60000;
  const { text, data } = report({ machine, counts: context.counts, results, memory, notes, minutes });
  say('');
  console.log(text);
  writeFileSync(new URL('bench.json', build), JSON.stringify({ ...data, curves }, null, 2));
} finally {
  await context.chromium?.close();
}
