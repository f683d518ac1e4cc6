import { heads, loadModel } from 'fitting-room';
import { loadedCore } from '../shim/core/loading.js';
import { assembled, coreFor } from './assembly.js';
import { countOf, heldOut, loadedDataset, setDataset, subject } from './images.js';
import { newId } from './new-id.js';
import { transfer } from './protocol.js';
import { compileOptions, oneHot, stoppingOf, terminatingOf } from './recipe.js';
import { fits, misfit } from './subject.js';
import { createTabModel } from './tab-model.js';
import { atMostEvery } from './throttle.js';
import { createWatcher } from './watching.js';

/**
 * What the worker does with the tab's model: training, evaluating, saving. Loads with the first call.
 *
 * @typedef {import('./worker.js').Part} Part
 * @typedef {import('./worker.js').Position} Position
 * @typedef {import('./worker.js').BatchProgress} BatchProgress
 * @typedef {import('./worker.js').RestoreArgs} RestoreArgs
 * @typedef {import('./worker.js').Run} Run
 * @typedef {import('./worker.js').WorkerMethods} WorkerMethods
 * @typedef {import('./keep/facts.js').Ended} Ended
 * @typedef {import('./tab-model.js').Lesson} Lesson
 */
/**
 * @template {keyof WorkerMethods} Name
 * @typedef {import('./protocol.js').CallContext<WorkerMethods[Name]['event']>} Context
 */

const PROGRESS_INTERVAL = 200; // ms between two progress events: painting takes time from training

export { prepared, watch } from './watching.js';

const tab = createTabModel();
/** @type {{ opened: Promise<void>, open: () => void } | null} */
let gate = null; // closed while paused

/**
 * Changes the classes of the loaded pictures, while nothing reads these. The model learns its classes' new names.
 * @param {WorkerMethods['edit']['args']} change
 */
export async function edit(change) {
  const desk = await import('./own/desk.js');
  return tab.hold(async ({ model }) => {
    const info = setDataset(await desk.edit(change));
    if (model && fits(model, subject())) tellOfClasses(model);
    return info;
  });
}

/** @param {Run} run @param {Context<'fit'>} context @returns {Promise<WorkerMethods['fit']['result']>} */
export async function fit(run, context) {
  return tab.hold(async (holder) => {
    if (!run.from) await holder.replace(() => newLesson(run, 'logistic'));
    return train(holder.lesson, run, context);
  });
}

/**
 * Makes a model the tab's that answers without training: its classes' means are those of a base's features.
 * @param {WorkerMethods['answerAtOnce']['args']} run
 */
export function answerAtOnce(run) {
  return tab.hold(async (holder) => {
    await holder.replace(() => newLesson(run, 'nearestMean'));
    await setThreshold(holder.lesson.model);
    return { id: holder.lesson.kept.id };
  });
}

/**
 * Gives a model that answers without training a better last layer, unless another has taken its place.
 * @param {WorkerMethods['refine']['args']} args
 */
export function refine({ id, ...run }) {
  return tab.hold(async ({ lesson, model }) => {
    if (!model || lesson.kept.id !== id || !fits(model, subject())) return false;
    const { setHead } = await import('./own/base.js');
    const dataset = /** @type {import('./own/project.js').OwnDataset} */ (loadedDataset());
    await setHead(model, dataset, { ...run, head: 'logistic' });
    await setThreshold(model);
    return true;
  });
}

/** @param {Lesson} lesson @param {Run} run @param {Context<'fit'>} context */
async function train(lesson, run, { signal, emit }) {
  const { model } = lesson;
  const from = run.from ?? { epoch: 0, batch: 0 };
  const stopping = (lesson.stopping = stoppingFrom(lesson.stopping?.state, run));
  const keeper = await keeperOf(lesson, run, emit);
  dropThreshold(model);
  if (!run.from) await keeper?.begin(model);
  emit({ type: 'core', core: await coreFor(run.runtime) });
  const { train: all, ...rest } = loadedDataset();
  const training = firstOf(all, run.trainSize);
  const validation = heldOut();
  signal.addEventListener('abort', resume);
  const passing = atMostEvery(PROGRESS_INTERVAL, emit);
  const running = atMostEvery(PROGRESS_INTERVAL, emit);
  let epochs = from.epoch;
  const terminating = terminatingOf();
  const watcher = createWatcher(model, emit);
  /** A diverged run: what has been saved is better than what follows. */
  const hasDiverged = () => {
    if (terminating.stopped) keeper?.freeze();
    return terminating.stopped !== null;
  };
  try {
    await model.fit(training.images, lesson.targetsOf(training.labels), {
      epochs: run.epochs,
      batchSize: run.batchSize,
      verbose: /** @type {0 | 1 | 2} */ (run.verbose),
      ...(validation && { validationData: [validation.images, lesson.targetsOf(validation.labels)] }),
      ...(run.balance && 'report' in rest && { classWeight: rest.report.classWeight }),
      initialEpoch: from.epoch,
      initialBatch: from.batch,
      signal,
      log: (/** @type {string} */ text, /** @type {{ replace: boolean, final: boolean }} */ { replace, final }) => {
        const event = /** @type {const} */ ({ type: 'log', text, replace });
        if (replace && !final) passing(event);
        else emit(event);
      },
      callbacks: [
        terminating,
        {
          onEpochEnd: (/** @type {number} */ epoch, /** @type {Record<string, number>} */ logs) => {
            if (hasDiverged()) return;
            epochs = epoch + 1;
            emit({ type: 'epoch', epoch, logs: { ...logs } });
          },
          onProgress: (/** @type {import('../shim/training/pass.js').Progress} */ progress) => {
            hasDiverged();
            const event = {
              type: /** @type {const} */ ('progress'),
              // a run only trains and validates; figures of batches have an event of their own
              progress: /** @type {BatchProgress} */ ({ ...progress, batchLogs: undefined }),
            };
            if (progress.batch < progress.batches) running(event);
            else emit(event);
            return gate?.opened;
          },
        },
        { onProgress: watcher.onProgress, onEpochEnd: watcher.onEpochEnd },
        stopping,
        keeper?.callbacks(model),
      ].filter((each) => each !== null && each !== undefined),
    });
    const ended = endOf(terminating, stopping);
    await watcher.look(epochs - 1, false); // its last weights may be others: averages, or the best
    await setThreshold(model);
    await keeper?.end(model, ended);
    return { position: { epoch: epochs, batch: 0 }, ended };
  } catch (error) {
    if (!signal.aborted) {
      await keeper?.failed();
      throw error;
    }
    const ended = /** @type {const} */ ({ how: 'stopped' });
    await setThreshold(model);
    await keeper?.end(model, ended);
    const { epoch, batch } = model.position;
    return { position: { epoch, batch }, ended };
  } finally {
    resume();
  }
}

/**
 * How a run ended that nobody stopped.
 * @param {ReturnType<typeof terminatingOf>} terminating
 * @param {ReturnType<typeof stoppingOf>} stopping
 * @returns {Ended}
 */
function endOf(terminating, stopping) {
  if (terminating.stopped) return { how: 'diverged', epoch: terminating.stopped.epoch + 1 };
  return stopping?.stopped ? { how: 'early', epoch: stopping.stopped.epoch + 1 } : { how: 'completed' };
}

/**
 * Early stopping for a run; one that continues takes over the state it had.
 * @param {import('./tab-model.js').StoppingState | null | undefined} state
 * @param {Run} run
 */
function stoppingFrom(state, run) {
  const next = stoppingOf(run);
  if (state && run.from) next?.resume(state);
  return next;
}

/**
 * What saves the run loads separately; if it fails to load, nothing is saved, and the page says so.
 * @param {Lesson} lesson
 * @param {Run} run
 * @param {Context<'fit'>['emit']} emit
 */
async function keeperOf({ kept, stopping }, run, emit) {
  emit({ type: 'run', id: kept.id });
  const module = await import('./keep/keeper.js').catch(({ message }) =>
    emit({ type: 'unkept', reason: 'failed', detail: message }),
  );
  const keeper = module?.createKeeper({ ...kept, run, dataset: loadedDataset(), stopping, emit });
  if (keeper) kept.epochs = keeper.epochs;
  return keeper;
}

/**
 * Makes a saved model the tab's: a run, if it was trained on the loaded images, or a model of the library.
 * @param {RestoreArgs} args
 */
export async function restore({ id, kept, labelSmoothing, patience, runtime }) {
  const { sha256Of, stoppingFrom, readied } = await import('./keep/keeper.js');
  const { epochs, dataset: from } = kept.facts;
  if (from && (await sha256Of(loadedDataset())) !== from.sha256) return { same: false };
  await tab.hold(({ replace }) =>
    replace(async () => {
      const model = await loadModel(kept.model, runtime);
      if (from) tellOfClasses(model); // these images, whatever their classes were called
      readied(model, subject());
      tellOfClasses(model);
      if (from && model.metadata?.threshold === undefined) await setThreshold(model); // saved amid its training
      return {
        model,
        targetsOf: targetsBy(labelSmoothing),
        kept: { id, epochs },
        stopping: { state: patience ? stoppingFrom(kept, model) : null },
      };
    }),
  );
  return { same: true };
}

export function pause() {
  if (gate) return;
  let open = () => {};
  /** @type {Promise<void>} */
  const opened = new Promise((resolve) => (open = resolve));
  gate = { opened, open };
}

export function resume() {
  gate?.open();
  gate = null;
}

/**
 * Figures without dropout: the test images first, since they take less time.
 * @param {WorkerMethods['evaluate']['args']} args
 * @param {Context<'evaluate'>} context
 */
export async function evaluate({ trainSize }, { signal, emit }) {
  return tab.hold(async ({ lesson: { model, targetsOf } }) => {
    signal.throwIfAborted();
    const { train, test } = loadedDataset();
    if (!fits(model, subject())) throw misfit(subject(), model);
    const evaluated = async (/** @type {Part} */ { images, labels }) =>
      figures(await model.evaluate(images, targetsOf(labels), { signal }));
    if (countOf(test) > 0) {
      emit({ type: 'test', figures: await evaluated(test) });
      const probabilities = (await model.predict(test.images, { signal })).data.slice();
      const labels = Int32Array.from(test.labels.data);
      emit(transfer({ type: 'predictions', probabilities, labels }, [probabilities.buffer, labels.buffer]));
    }
    emit({ type: 'train', figures: await evaluated(firstOf(train, trainSize)) });
  });
}

/**
 * How fast a run would be, measured with a model that is made for it. The tab's model stays as it is, and is lent to
 * nobody meanwhile, so that nothing else is measured with it.
 * @param {WorkerMethods['measure']['args']} run
 * @param {Context<'measure'>} context
 */
export async function measure(run, { signal }) {
  const { speedOf } = await import('./measuring.js');
  return tab.hold(async () => {
    signal.throwIfAborted();
    const heap = await loadedCore(run.runtime);
    const { model, targetsOf } = await newLesson(run);
    const { train } = loadedDataset();
    const validation = heldOut();
    /** @param {Part} part */
    const labelled = ({ images, labels }) => ({ images, labels: targetsOf(labels) });
    const { batchSize, trainSize } = run;
    try {
      const training = labelled(firstOf(train, trainSize));
      const data = { train: training, test: validation && labelled(validation), batchSize };
      return await speedOf(model, data, { signal, heap });
    } finally {
      model.dispose();
    }
  });
}

/**
 * Looks for wrong labels, with models that are made for it.
 * @param {WorkerMethods['doubt']['args']} run
 * @param {Context<'doubt'>} context
 */
export async function doubt(run, { signal, emit }) {
  const { FOLDS, doubt: doubtful } = await import('./own/desk.js');
  const { epochs, batchSize } = run;
  let loaded = 0;
  const onEpochEnd = () => emit({ phase: 'doubt', loaded: ++loaded, total: FOLDS * epochs });
  return tab.hold(() =>
    doubtful(async (images, labels) => {
      const { model, targetsOf } = await newLesson(run);
      await model.fit(images, targetsOf(labels), {
        epochs,
        batchSize,
        verbose: 0,
        signal,
        callbacks: [{ onEpochEnd }],
      });
      return model;
    }, signal),
  );
}

/** The model as a file. */
export async function save() {
  const bytes = await tab.hold(({ lesson: { model } }) => model.save());
  return transfer({ bytes }, [bytes.buffer]);
}

/** @param {import('./keep/convert.js').ConvertArgs} args */
export async function convert(args) {
  const { convert: convertTo } = await import('./keep/convert.js');
  return args.files ? convertTo(null, args) : tab.hold(({ lesson: { model } }) => convertTo(model, args));
}

/**
 * @param {WorkerMethods['measure']['args']} run
 * @param {import('./worker.js').Head} [head]
 * @returns {Promise<Lesson>}
 */
async function newLesson(run, head) {
  const steps = run.epochs * Math.ceil(Math.min(run.trainSize, loadedDataset().train.images.shape[0]) / run.batchSize);
  const { shape } = subject();
  const { built: model } = await assembled(run.specs, { ...run, shape, head }, compileOptions(run, steps));
  tellOfClasses(model);
  return { model, targetsOf: targetsBy(run.labelSmoothing), kept: { id: newId(), epochs: [] }, stopping: null };
}

/**
 * A model that knows pictures of people's own says which classes it knows, and how it wants to be asked.
 * @param {import('./tab-model.js').Model} model
 */
function tellOfClasses(model) {
  const dataset = loadedDataset();
  if (!('preparation' in dataset)) return;
  const { classNames, preparation } = dataset;
  model.metadata = { ...model.metadata, classNames, preparation };
}

/**
 * A model of people's own pictures says below which confidence its answer is none of their classes. The images for
 * validation tell; without any, it does not.
 * @param {import('./tab-model.js').Model} model
 */
async function setThreshold(model) {
  dropThreshold(model);
  const dataset = loadedDataset();
  if (!('preparation' in dataset) || countOf(dataset.validation) === 0) return;
  const { images, labels } = dataset.validation;
  const threshold = await heads.confidenceThreshold(labels, await model.predict(images));
  if (threshold !== null) model.metadata = { ...model.metadata, threshold };
}

/** The threshold is that of weights which change. @param {import('./tab-model.js').Model} model */
function dropThreshold(model) {
  const { threshold, ...metadata } = model.metadata ?? {};
  if (threshold !== undefined) model.metadata = metadata;
}

/** Makes of class numbers what the loss takes. @param {number} labelSmoothing @returns {Lesson['targetsOf']} */
function targetsBy(labelSmoothing) {
  const classes = subject().classNames.length;
  return (labels) => (labelSmoothing > 0 ? oneHot(labels, classes) : labels);
}

/** @param {Part} part @param {number} count @returns {Part} */
function firstOf({ images, labels }, count) {
  const size = images.data.length / images.shape[0];
  const taken = Math.min(count, images.shape[0]);
  return {
    images: { shape: [taken, ...images.shape.slice(1)], data: images.data.subarray(0, taken * size) },
    labels: { shape: [taken], data: labels.data.subarray(0, taken) },
  };
}

/** @param {number[]} values */
const figures = ([loss, accuracy]) => ({ loss, accuracy });
