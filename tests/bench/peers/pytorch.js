/** Native PyTorch in separate processes: pytorch.py answers one line at a time. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pictures } from '../runs/pictures.js';

const PYTHONS = ['/usr/bin/python3', 'python3'];
const folder = fileURLToPath(new URL('../../../build/bench/', import.meta.url));

/** glibc then keeps the memory that a step frees for the next one, instead of returning it and faulting it in again. */
const KEEP_MEMORY = {
  MALLOC_MMAP_THRESHOLD_: String(2 ** 30),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 32),
  MALLOC_TOP_PAD_: String(2 ** 26),
};

/** A Python that has PyTorch, or undefined. */
export const findPyTorch = () => PYTHONS.find((python) => spawnSync(python, ['-c', 'import torch']).status === 0);

/** The training pictures as files of bytes. */
async function writePictures() {
  const { train } = await pictures();
  mkdirSync(folder, { recursive: true });
  const files = [`${folder}pixels.u8`, `${folder}labels.u8`];
  writeFileSync(files[0], train.images.data);
  writeFileSync(files[1], Uint8Array.from(train.labels.data));
  return files;
}

/** @param {string} python @param {{ threads: number, blasThreads: number }} runtime */
export async function openPyTorch(python, { threads, blasThreads }) {
  const script = fileURLToPath(new URL('pytorch.py', import.meta.url));
  const child = spawn(python, [script, ...(await writePictures()), String(threads)], {
    env: { ...process.env, ...KEEP_MEMORY, OPENBLAS_NUM_THREADS: String(blasThreads) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const about = (await lines.next()).value;
  if (!about) throw new Error('PyTorch did not start');
  return {
    about: String(about),
    /**
     * Seconds per picture, from `count` pictures or `limit` seconds.
     * @param {string} layout
     * @param {number} count
     * @param {number} limit
     */
    train: async (layout, count, limit) => {
      child.stdin.write(`${layout} ${count} ${limit}\n`);
      return Number((await lines.next()).value);
    },
    close: async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
