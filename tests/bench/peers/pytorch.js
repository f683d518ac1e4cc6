/** Native PyTorch in separate processes: pytorch.py answers one line at a time. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { threadCounts } from '../context.js';
import { pictures } from '../runs/pictures.js';

/** @import { Context } from '../context.js' */

/**
 * @typedef {object} Work
 * @property {string | null} network the file of its description, as network-files.js writes it; null: the tutorial's
 * @property {'training' | 'inference'} task
 * @property {number} batch
 * @property {number} count images, an upper limit
 * @property {number} limit seconds
 */

/**
 * @typedef {object} Torch one way to run PyTorch: a layout of images, and numbers of threads
 * @property {string} label
 * @property {number} threads
 * @property {(work: Work) => Promise<number>} seconds per image
 */

/** @typedef {{ ways: Torch[], notes: string[], close: () => Promise<void> }} PyTorch */

const PYTHONS = ['/usr/bin/python3', 'python3'];
const LAYOUTS = ['channels-first', 'channels-last'];
const folder = fileURLToPath(new URL('../../../build/bench/', import.meta.url));

/** glibc then keeps the memory that a step frees for the next one, instead of returning it and faulting it in again. */
const KEEP_MEMORY = {
  MALLOC_MMAP_THRESHOLD_: String(2 ** 30),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 32),
  MALLOC_TOP_PAD_: String(2 ** 26),
};

/** A Python that has PyTorch, or undefined. */
const findPyTorch = () => PYTHONS.find((python) => spawnSync(python, ['-c', 'import torch']).status === 0);

/** The training pictures as files of bytes. */
async function writePictures() {
  const { train } = await pictures();
  mkdirSync(folder, { recursive: true });
  const files = [`${folder}pixels.u8`, `${folder}labels.u8`];
  writeFileSync(files[0], train.images.data);
  writeFileSync(files[1], Uint8Array.from(train.labels.data));
  return files;
}

/** @param {string} python @param {string[]} files @param {{ threads: number, blasThreads: number }} runtime */
async function start(python, files, { threads, blasThreads }) {
  const script = fileURLToPath(new URL('pytorch.py', import.meta.url));
  const child = spawn(python, [script, ...files, String(threads)], {
    env: { ...process.env, ...KEEP_MEMORY, OPENBLAS_NUM_THREADS: String(blasThreads) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('PyTorch stopped; its last words are above');
    return String(value);
  };
  const blas = threads > 1 ? `, BLAS on ${blasThreads}` : '';
  return {
    about: await next(),
    ways: LAYOUTS.map((layout) => ({
      label: `PyTorch (${layout}${blas})`,
      threads,
      seconds: async (/** @type {Work} */ work) => {
        child.stdin.write(`${JSON.stringify({ ...work, layout })}\n`);
        return Number(await next());
      },
    })),
    close: async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

/** @param {string} about */
const warningsOf = (about) =>
  /openblas|mkl/i.test(about)
    ? []
    : ['this PyTorch has no fast BLAS, so the comparison is unfair to it: apt install libopenblas0-pthread'];

/** @type {PyTorch} */
export const NO_PYTORCH = { ways: [], notes: [], close: async () => {} };

/**
 * Every layout on one thread and on all, on which BLAS runs too, or on one.
 * @param {Context} context
 * @returns {Promise<PyTorch>}
 */
export async function openPyTorch({ threads, say }) {
  const python = findPyTorch();
  if (!python) return { ...NO_PYTORCH, notes: ['without PyTorch: apt install python3-torch libopenblas0-pthread'] };
  const runtimes = threadCounts(threads).flatMap((count) =>
    threadCounts(count).map((blasThreads) => ({ threads: count, blasThreads })),
  );
  const files = await writePictures();
  /** @type {Awaited<ReturnType<typeof start>>[]} */
  const started = [];
  for (const runtime of runtimes) started.push(await start(python, files, runtime));
  const notes = [started[0].about, ...warningsOf(started[0].about)];
  notes.forEach(say);
  return {
    ways: started.flatMap(({ ways }) => ways),
    notes,
    close: async () => void (await Promise.all(started.map(({ close }) => close()))),
  };
}
