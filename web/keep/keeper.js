import { StorageError } from '../database.js';
import { fits, misfit } from '../subject.js';
import { hasBegun, identityOf } from './facts.js';
import { forgetRun, keepRun, recallRun } from './store.js';

/**
 * Saves the run under way, in the worker: as it begins, at the end of each epoch, and at least every half minute within
 * an epoch. Training waits only until the state is copied; if writing is slower than epochs, some are left out.
 *
 * @typedef {import('../../shim/index.js').Model} Model
 * @typedef {import('../worker.js').Dataset} Dataset
 * @typedef {import('../tab-model.js').StoppingState} StoppingState
 * @typedef {import('./facts.js').Facts} Facts
 * @typedef {import('./store.js').Kept} Kept
 */

const BEGINS_WITHIN = 1000; // ms that a run may wait until its beginning is saved
const INTERVAL = 25_000; // ms; together with the time that writing takes, less than half a minute is lost

/** Digests of datasets, each computed once. @type {WeakMap<object, Promise<string>>} */
const identities = new WeakMap();

/** @param {Dataset} dataset @returns {Promise<string>} */
export function sha256Of(dataset) {
  const known = identities.get(dataset) ?? identityOf(dataset);
  identities.set(dataset, known);
  return known;
}

/** @param {Record<string, number>} logs */
const plain = (logs) =>
  Object.fromEntries(Object.entries(logs).map(([name, value]) => [name, Number.isFinite(value) ? value : null]));

/** All weights one after the other, null without weights. @param {StoppingState['bestWeights']} weights */
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

/**
 * The weights in `bytes`, in the shapes of the model.
 * @param {Uint8Array<ArrayBuffer> | null} bytes
 * @param {Model} model
 */
function parted(bytes, model) {
  if (!bytes) return undefined;
  const all = new Float32Array(bytes.buffer);
  let at = 0;
  return model.getWeights().map(({ shape, data }) => ({ shape, data: all.slice(at, (at += data.length)) }));
}

/**
 * Checks that a model takes the loaded images, and compiles it if its file does not say how.
 * @param {Model} model disposed if it does not
 * @param {import('../subject.js').Subject} subject of the images
 */
export function readied(model, subject) {
  if (!fits(model, subject)) {
    const error = misfit(subject, model);
    model.dispose();
    throw error;
  }
  if (model.metricsNames.length === 1)
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
}

/**
 * What early stopping had seen when a run was saved.
 * @param {{ facts: { stopping?: Facts['stopping'] }, best: Kept['best'] }} kept
 * @param {Model} model
 * @returns {StoppingState | null}
 */
export const stoppingFrom = ({ facts: { stopping }, best }, model) =>
  stopping ? { ...stopping, best: stopping.best ?? Infinity, bestWeights: parted(best, model) } : null;

/**
 * @param {{ id: string, run: import('../worker.js').Run, dataset: Dataset, epochs: Facts['epochs'],
 *   stopping: { state: StoppingState | null } | null,
 *   emit: (event: import('../worker.js').KeptEvent | import('../worker.js').UnkeptEvent) => void }} of `epochs`: those
 *   done before
 */
export function createKeeper({ id, run, dataset, epochs: before, stopping, emit }) {
  const epochs = [...before];
  let begun = epochs.length > 0; // more of the run is saved than its beginning
  let frozen = false; // what is saved stays as it is
  let last = performance.now(); // unlike Date.now(), never set back
  /** @type {Kept | null} */
  let next = null;
  /** @type {Promise<void> | null} */
  let writing = null;

  /** @param {Model} model @param {Facts['ended']} [ended] left out: under way @returns {Promise<Kept>} */
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

  /** A run that cannot be saved trains on. @param {unknown} error */
  function reportUnsaved(error) {
    const { message } = /** @type {Error} */ (error);
    emit({ type: 'unkept', reason: error instanceof StorageError ? error.code : 'failed', detail: message });
  }

  /**
   * Marks what was saved before as the end, or deletes a run of which only the beginning was saved.
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

  /** @param {Model} model @param {Facts['ended']} [ended] */
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
    /** So that a run stopped within its first epoch can be continued. @param {Model} model */
    async begin(model) {
      await take(model);
      await Promise.race([writing, new Promise((resolve) => setTimeout(resolve, BEGINS_WITHIN))]);
    },
    /** @param {Model} model */
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
    /** The run has diverged: what was saved before is better than what follows. */
    freeze() {
      frozen = true;
    },
    /**
     * Saves the end of the run; resolves once it is written.
     * @param {Model} model
     * @param {import('./facts.js').Ended} ended
     */
    async end(model, ended) {
      if (frozen) return closeFrozen(ended);
      await take(model, ended);
      await writing;
    },
    /** Deletes a run that failed before more than its beginning was saved. */
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
