import { hasBegun, identityOf } from './facts.js';
import { StorageError, forgetRun, keepRun, recallRun } from './store.js';

/**
 * Keeps the run under way, in the worker: as it begins, at the end of each epoch, and at least every half minute within
 * one. Training
 * waits only until the state is copied; where writing is slower than epochs, those in between are left out.
 *
 * @typedef {import('./facts.js').Facts} Facts
 * @typedef {import('./store.js').Kept} Kept
 * @typedef {{ state: import('../../shim/training/callbacks/stopping.js').StoppingState } | null} Stopping
 */

const BEGINS_WITHIN = 1000; // ms that a run may wait for its beginning to be kept
const INTERVAL = 25_000; // ms; with the time that writing takes, less than half a minute is lost

/** Identities of datasets, each worked out once. @type {WeakMap<object, Promise<string>>} */
const identities = new WeakMap();

/** @param {any} dataset @returns {Promise<string>} */
export function sha256Of(dataset) {
  const known = identities.get(dataset) ?? identityOf(dataset);
  identities.set(dataset, known);
  return known;
}

/** @param {Record<string, number>} logs */
const plain = (logs) =>
  Object.fromEntries(Object.entries(logs).map(([name, value]) => [name, Number.isFinite(value) ? value : null]));

/** All weights as one run of bytes, null where there are none. @param {{ data: any }[] | undefined} weights */
function joined(weights) {
  if (!weights) return null;
  const all = new Float32Array(weights.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of weights) {
    all.set(data, at);
    at += data.length;
  }
  return new Uint8Array(all.buffer);
}

/** The other way round, in the shapes of the model. @param {Uint8Array<ArrayBuffer> | null} bytes @param {any} model */
function parted(bytes, model) {
  if (!bytes) return undefined;
  const all = new Float32Array(bytes.buffer);
  let at = 0;
  return model
    .getWeights()
    .map((/** @type {any} */ { shape, data }) => ({ shape, data: all.slice(at, (at += data.length)) }));
}

const PICTURE = [28, 28, 1];
const CLASSES = 10;

/**
 * Sees to it that a model can look at the page's pictures, and compiles it where its file did not say how.
 * @param {any} model
 */
export function readied(model) {
  const { inputShape, outputShape } = model;
  if (String(inputShape) !== String(PICTURE) || String(outputShape) !== String([CLASSES])) {
    model.dispose();
    throw new Error(
      `this page needs a model from [${PICTURE}] to [${CLASSES}], got [${inputShape}] to [${outputShape}]`,
    );
  }
  if (model.metricsNames.length === 1)
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
}

/** What early stopping had seen when a run was kept. @param {Kept} kept @param {any} model */
export const stoppingFrom = ({ facts: { stopping }, best }, model) =>
  stopping && { ...stopping, best: stopping.best ?? Infinity, bestWeights: parted(best, model) };

/**
 * @param {{ id: string, run: any, dataset: any, epochs: Facts['epochs'], stopping: Stopping, emit: (event: any) => void
 *   }} of
 *   `epochs`: those done before; `run`: as the page asked for it
 */
export function createKeeper({ id, run, dataset, epochs: before, stopping, emit }) {
  const epochs = [...before];
  let begun = epochs.length > 0; // more of it is kept than its beginning
  let frozen = false; // what is kept stays as it is
  let last = performance.now(); // a clock that nobody sets
  /** @type {Kept | null} */
  let next = null;
  /** @type {Promise<void> | null} */
  let writing = null;

  /** @param {any} model @param {Facts['ended']} [ended] left out: it is under way @returns {Promise<Kept>} */
  async function copyOf(model, ended) {
    const { epoch, batch } = model.position;
    begun ||= hasBegun({ epoch, batch });
    const bytes = await model.save({ includeOptimizer: true });
    const state = stopping?.state;
    const facts = {
      address: run.address,
      dataset: { name: dataset.name, source: run.source, sha256: await sha256Of(dataset) },
      position: { epoch, batch },
      epochsInAll: run.epochs,
      epochs: [...epochs],
      stopping: state
        ? { wait: state.wait, best: Number.isFinite(state.best) ? state.best : null, bestEpoch: state.bestEpoch }
        : null,
      finished: ended !== undefined && ended.how !== 'stopped',
      ended,
      savedAt: Date.now(),
    };
    return { facts, model: bytes, best: joined(state?.bestWeights) };
  }

  async function writeAll() {
    while (next) {
      const kept = next;
      next = null;
      try {
        await keepRun(id, kept);
        const { position, savedAt } = kept.facts;
        emit({ type: 'kept', id, position, savedAt, bytes: kept.model.length });
      } catch (error) {
        reportUnsaved(error);
      }
    }
    writing = null;
  }

  /** Training goes on whatever becomes of keeping it. @param {unknown} error */
  function reportUnsaved(error) {
    const { message } = /** @type {Error} */ (error);
    emit({ type: 'unkept', reason: error instanceof StorageError ? error.code : 'failed', detail: message });
  }

  /**
   * Marks what was kept before as the end, or forgets a run that was never more than its beginning.
   * @param {import('./facts.js').Ended} ended
   */
  async function closeFrozen(ended) {
    await writing;
    try {
      const kept = begun && (await recallRun(id));
      if (kept) await keepRun(id, { ...kept, facts: { ...kept.facts, finished: true, ended } });
      else await forgetRun(id);
    } catch (error) {
      reportUnsaved(error);
    }
  }

  /** @param {any} model @param {Facts['ended']} [ended] */
  async function take(model, ended) {
    last = performance.now();
    try {
      next = await copyOf(model, ended);
      writing ??= writeAll();
    } catch (error) {
      reportUnsaved(error);
    }
  }

  return {
    /** So that even a first epoch that is cut short can be gone on with. @param {any} model */
    async begin(model) {
      await take(model);
      await Promise.race([writing, new Promise((resolve) => setTimeout(resolve, BEGINS_WITHIN))]);
    },
    /** @param {any} model */
    callbacks: (model) => ({
      onEpochEnd: (/** @type {number} */ epoch, /** @type {Record<string, number>} */ logs) => {
        if (frozen) return;
        epochs.push({ epoch, logs: plain(logs) });
        return take(model);
      },
      onProgress: (/** @type {{ phase: string }} */ { phase }) => {
        if (!frozen && phase === 'train' && performance.now() - last >= INTERVAL) return take(model);
      },
    }),
    /** The run has diverged: what was kept before is better than what would follow. */
    freeze() {
      frozen = true;
    },
    /**
     * The last of it, however the run ended; settles once it is written.
     * @param {any} model
     * @param {import('./facts.js').Ended} ended
     */
    async end(model, ended) {
      if (frozen) return closeFrozen(ended);
      await take(model, ended);
      await writing;
    },
    /** A run that failed before more than its beginning was kept is none to go on with. */
    async failed() {
      if (begun) return;
      next = null;
      await writing;
      await forgetRun(id).catch(reportUnsaved);
    },
    get epochs() {
      return epochs;
    },
  };
}
