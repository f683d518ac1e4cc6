/** jax-js on its WebAssembly backend, in a worker of a cross-origin isolated page, which its threads need. */
import { BATCH } from '../flops.js';
import { asFloats } from '../runs/pictures.js';

/** @import { Trainer } from './jax-model.js' */

const WARM_UP = 3; // steps

/** @type {Map<string, Trainer>} */
const trainers = new Map();

/** The library uses as many threads as the machine claims to have. @param {number} threads */
function pretend(threads) {
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: threads, configurable: true });
}

/** @param {string} formulation @param {number} threads */
async function trainerOf(formulation, threads) {
  pretend(threads);
  const { newTrainer } = await import('./jax-model.js');
  const trainer = trainers.get(formulation) ?? newTrainer(formulation);
  trainers.set(formulation, trainer);
  return trainer;
}

/**
 * Seconds per picture, from `count` pictures or `limit` seconds.
 * @param {{ formulation: string, threads: number, count: number, limit: number }} what
 */
export async function train({ formulation, threads, count, limit }) {
  const trainer = await trainerOf(formulation, threads);
  const { pixels, classes } = await asFloats(count);
  const batch = (/** @type {number} */ i) =>
    trainer.step(pixels.slice(i * BATCH * 784, (i + 1) * BATCH * 784), classes.slice(i * BATCH, (i + 1) * BATCH));
  for (let i = 0; i < WARM_UP; i++) await batch(i);
  await trainer.settled();
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  let done = 0;
  for (; done < count && seconds() < limit; done += BATCH) await batch(done / BATCH);
  await trainer.settled();
  return seconds() / done;
}
