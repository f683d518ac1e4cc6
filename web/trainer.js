import { createEmitter } from './emitter.js';
import { createPace } from './pace.js';
import { isGiven, runtimeOptions, writeSettings } from './settings.js';

/**
 * Runs and evaluates the model: the state machine behind Start, Pause and Stop, and the one owner of all that the page
 * knows of the tab's model: which it is, its history, its figures, whether it is saved. The worker's side is
 * ./tab-model.js.
 *
 * @typedef {import('./settings.js').Settings} Settings
 * @typedef {import('./keep/facts.js').EpochLogs} EpochLogs
 * @typedef {'idle' | 'loading' | 'training' | 'paused' | 'done' | 'failed'} TrainState
 * @typedef {import('./worker.js').Position} Position
 * @typedef {import('./keep/facts.js').Ended} Ended
 * @typedef {object} TabModel the model that the worker has
 * @property {string} key what its run depends on; of a saved model, its id
 * @property {string} name under which it was saved, or ''
 * @property {'run' | 'saved'} origin trained here, or taken from the saved models
 * @property {Position} position
 * @property {Ended} ended
 * @property {number} epochs that were asked for
 * @property {number} trainSize
 * @property {number} version another number for other weights
 *
 * @typedef {object} Offer an interrupted run that is still saved
 * @property {number} epoch from 1 on
 * @property {number} epochs
 * @property {string} address its settings, as the page's address spells them
 * @property {() => unknown} accept continues it
 * @typedef {import('./worker.js').BatchProgress & { secondsLeft: number }} Progress `secondsLeft`: of the run
 * @typedef {import('./worker.js').Figures} Figures
 * @typedef {import('./watching.js').Point} Point
 * @typedef {{ probabilities: Float32Array, labels: Int32Array }} Predictions
 * @typedef {{ state: 'none' | 'running' | 'ready' | 'partial' | 'misfit' | 'failed', train: Figures | null,
 *   test: Figures | null, predictions: Predictions | null, message: string }} Evaluation `misfit`: the model knows
 *   other classes than the images have
 *
 * @typedef {object} TrainerEvents
 * @property {Trainer['view']} state
 * @property {import('./worker.js').RunningCore} core
 * @property {Progress} progress
 * @property {EpochLogs} epoch an epoch was added to the history
 * @property {Point[]} batches points were added to the trace
 * @property {import('./watching.js').Look} looked
 * @property {{ text: string, replace: boolean }} log
 * @property {Settings} reset the history is empty: a run with these settings begins, or has been restored
 * @property {Evaluation} evaluation
 * @property {{ id: string }} run the tab's model comes from this run from now on
 * @property {import('./worker.js').KeptEvent} kept
 * @property {import('./worker.js').UnkeptEvent} unkept
 * @property {void} forgotten the tab has lost its model
 */

const GIVEN_UP = Symbol('given up');

/** @type {Evaluation} */
const NOTHING = { state: 'none', train: null, test: null, predictions: null, message: '' };

const KNOWN_WITHIN = 2000; // ms that Start waits until it is known whether there is a run to continue

/**
 * @param {import('./session.js').Session} session
 * @param {() => { settings: Settings, specs: import('./model-spec.js').Spec[] }} current
 * @param {{ load: () => unknown, offersKnown: () => Promise<unknown> }} needs `load`: loads the images;
 *   `offersKnown`: resolves once it is known whether there is an interrupted run to continue
 */
export function createTrainer(session, current, { load, offersKnown }) {
  /** @type {import('./emitter.js').Emitter<TrainerEvents>} */
  const { on, emit } = createEmitter();
  /** @type {TrainState} */
  let state = 'idle';
  let message = '';
  /** @type {'images' | 'model' | 'runs'} */
  let loading = 'images'; // what the state `loading` waits for
  /** @type {TabModel | null} */
  let model = null;
  let versions = 0;
  /** @type {EpochLogs[]} */
  let history = []; // of the tab's model, or of the run under way
  /** @type {Point[]} */
  let trace = []; // of the same, as far as it was trained here
  let unsaved = false; // the last state of the tab's model is in this tab alone
  /** @type {Offer | null} */
  let offer = null;
  /** @type {Evaluation} */
  let evaluation = NOTHING;
  /** @type {Progress | null} */
  let progress = null;
  /** @type {AbortController | null} */
  let running = null;
  /** @type {AbortController | null} */
  let evaluating = null;
  let freed = () => {}; // called when a run has ended
  let pace = createPace();
  let evaluated = Promise.resolve(); // settles when no evaluation is under way
  /** @type {(() => void) | null} */
  let giveUp = null; // ends the wait of a Start that was pressed too early

  /** @param {TrainState} next @param {string} [why] */
  function setState(next, why = '') {
    state = next;
    message = why;
    if (!busy()) freed();
    emit('state', view());
  }

  function view() {
    const offered = standing();
    return {
      state,
      message,
      loading,
      model,
      continues: continues(),
      offer: offered,
      passesOver: offer !== null && model === null && offered === null,
      differs: model?.origin === 'run' && model.key !== runKey(),
      evaluating: evaluating !== null,
      steady: !busy() || evaluating !== null, // nothing changes the model's weights
      unsaved: model !== null && unsaved,
    };
  }

  /** Everything on which the weights depend, except how long training lasts. */
  function runKey() {
    const { settings, specs } = current();
    const { source, layers, verbose, threads, patience, epochs, ...decisive } = settings;
    return JSON.stringify([specs, decisive, settings.schedule === 'constant' || epochs, session.data.version]);
  }

  /**
   * Whether Start would continue the run of the tab's model. A run that was ended for its loss would only diverge
   * again.
   */
  function continues() {
    if (model?.origin !== 'run' || model.key !== runKey()) return false;
    return (
      (model.ended.how === 'stopped' || model.ended.how === 'completed') &&
      model.position.epoch < current().settings.epochs
    );
  }

  const busy = () => state === 'loading' || state === 'training' || state === 'paused';

  /**
   * What Start continues, unless the settings on the page, which are not the initial ones, are those of another run.
   */
  function standing() {
    if (!offer || model) return null;
    const { settings } = current();
    const asked = writeSettings(settings, '');
    return !isGiven(settings.source) && (asked === offer.address || asked === '') ? offer : null;
  }

  /** Sets the interrupted run that Start can continue. @param {Offer | null} next */
  function setOffer(next) {
    offer = next;
    emit('state', view());
  }

  /**
   * Continues a run if there is one to continue, unless `over`; else begins a new run.
   * @param {{ over?: boolean }} [options]
   */
  async function start({ over = false } = {}) {
    if (busy()) return;
    if (!over && !(await waited('runs', soon(offersKnown())))) return;
    const offered = standing();
    if (offered && !over) {
      setState(state, message);
      return void offered.accept();
    }
    if (!hasImages() && !(await waited('images', imagesLoaded()))) return;
    await train(continues() && !over ? model?.position : undefined);
  }

  const hasImages = () => session.data.info !== null && session.data.state !== 'loading';

  /**
   * Shows that Start waits for something; Stop ends the wait.
   * @param {'images' | 'runs'} what @param {Promise<unknown>} promise
   * @returns {Promise<boolean>} false: the wait was ended, and the state is as it was, or it failed, and the state says
   *   why
   */
  async function waited(what, promise) {
    const before = { state, message };
    loading = what;
    const ended = new Promise((resolve) => (giveUp = () => resolve(GIVEN_UP)));
    setState('loading');
    try {
      const outcome = await Promise.race([promise, ended]);
      state = before.state; // unsaid: more follows
      if (outcome === GIVEN_UP) setState(before.state, before.message);
      return outcome !== GIVEN_UP;
    } catch (error) {
      setState('failed', /** @type {Error} */ (error).message);
      return false;
    } finally {
      giveUp = imagesAwaited = null;
    }
  }

  /** @param {Promise<unknown>} promise */
  const soon = (promise) =>
    Promise.race([promise.catch(() => {}), new Promise((resolve) => setTimeout(resolve, KNOWN_WITHIN))]);

  /** Waits for images, and loads them unless they are loading; rejects with the reason if they fail to load. */
  function imagesLoaded() {
    if (session.data.state !== 'loading') load();
    return new Promise((resolve, reject) => {
      imagesAwaited = ({ state: now, info, message: why }) => {
        if (now === 'loading') return;
        imagesAwaited = null;
        if (info) resolve(undefined);
        else if (now === 'failed') reject(new Error(why));
        else giveUp?.();
      };
    });
  }

  /** @param {Position} [from] */
  async function train(from) {
    const { settings, specs } = current();
    const { layers, ...chosen } = settings;
    const { epochs, trainSize } = chosen;
    const begun = { key: runKey(), name: '', origin: /** @type {const} */ ('run'), epochs, trainSize };
    running = new AbortController();
    progress = null;
    pace = createPace();
    setState('training');
    evaluating?.abort();
    /** The worker has the run's model from then on. @param {import('./worker.js').RunEvent} event */
    const onRun = (event) => {
      if (event.type === 'run') setEvaluation(NOTHING); // its figures are those of other weights
      if (event.type === 'run' && !from) {
        model = null;
        reset(settings);
      }
      onEvent(event);
    };
    try {
      await evaluated;
      const args = { ...chosen, specs, runtime: runtimeOptions(settings), from, address: writeSettings(settings, '') };
      const { position, ended } = await session
        .call('fit', args, { signal: running.signal, onEvent: onRun })
        .finally(resume); // a pause that crossed the run's end would hold up the next
      model = { ...begun, name: from ? (model?.name ?? '') : '', position, ended, version: ++versions };
      running = null;
      if (ended.how === 'stopped') setState('idle');
      await evaluate();
      if (ended.how !== 'stopped') setState('done');
    } catch (error) {
      running = null;
      if (from) model = null; // its weights have changed, and nobody knows how far
      setState('failed', /** @type {Error} */ (error).message);
    }
  }

  /** @param {import('./worker.js').RunEvent} event */
  function onEvent(event) {
    switch (event.type) {
      case 'core':
        return emit('core', event.core);
      case 'progress':
        return emit('progress', (progress = forPage(event.progress)));
      case 'epoch':
        return addEpoch(event);
      case 'batches':
        trace.push(...event.points);
        return emit('batches', event.points);
      case 'looked':
        return emit('looked', event.look);
      case 'log':
        return emit('log', event);
      case 'run':
        unsaved = false;
        return emit('run', event);
      case 'kept':
        unsaved = false;
        return emit('kept', event);
      case 'unkept':
        unsaved = true;
        return emit('unkept', event);
    }
  }

  /** @param {Settings} settings of the run that takes the place of the one before */
  function reset(settings) {
    history = [];
    trace = [];
    emit('reset', settings);
  }

  /** @param {EpochLogs} of */
  function addEpoch({ epoch, logs }) {
    history = [...history, { epoch, logs }];
    emit('epoch', { epoch, logs });
  }

  /**
   * What the page shows: while validation runs, the figures stay those of training.
   * @param {import('./worker.js').BatchProgress} next
   * @returns {Progress}
   */
  function forPage(next) {
    const { logs, samplesPerSecond } = next.phase === 'train' ? next : (progress ?? next);
    return { ...next, logs, samplesPerSecond, secondsLeft: pace.secondsLeft(epochsDone(next), next.epochs) };
  }

  function evaluate() {
    if (model && !evaluating && hasImages()) evaluated = runEvaluation(model.trainSize);
    return evaluated;
  }

  /** @param {number} trainSize */
  async function runEvaluation(trainSize) {
    const { signal } = (evaluating = new AbortController());
    const of = model?.version;
    /** Ignores figures of a model that is gone by then. @param {Partial<Evaluation>} change */
    const put = (change) => model?.version === of && setEvaluation({ ...evaluation, ...change });
    setEvaluation({ ...NOTHING, state: 'running' });
    emit('state', view());
    try {
      await session.call('evaluate', { trainSize }, { signal, onEvent: (event) => put(figuresOf(event)) });
      put({ state: 'ready' });
    } catch (error) {
      if (signal.aborted) put({ state: evaluation.predictions ? 'partial' : 'none' });
      else put(failureOf(error));
    } finally {
      evaluating = null;
      emit('state', view());
    }
  }

  /** @param {unknown} error @returns {Partial<Evaluation>} */
  function failureOf(error) {
    const { code, message: why } = /** @type {Error & { code?: string }} */ (error);
    return { state: code === 'misfit' ? code : 'failed', message: why };
  }

  /** @param {import('./worker.js').EvaluationEvent} event @returns {Partial<Evaluation>} */
  const figuresOf = (event) =>
    event.type === 'predictions'
      ? { predictions: { probabilities: event.probabilities, labels: event.labels } }
      : { [event.type]: event.figures };

  /** @param {Evaluation} next */
  function setEvaluation(next) {
    evaluation = next;
    emit('evaluation', evaluation);
  }

  function pause() {
    if (state !== 'training' || !running || running.signal.aborted) return;
    tell('pause');
    setState('paused');
  }

  function resume() {
    if (state !== 'paused') return;
    pace.skip();
    tell('resume');
    setState('training');
  }

  /** The run itself tells if the worker dies. @param {'pause' | 'resume'} what */
  const tell = (what) => session.call(what, {}).catch(() => {});

  function stop() {
    giveUp?.();
    running?.abort();
    evaluating?.abort();
  }

  /** Ends a run under way; resolves once it has ended. */
  async function halt() {
    stop();
    if (busy()) await new Promise((resolve) => (freed = () => resolve(undefined)));
  }

  /** Forgets a model that was trained on other images, or that died with its worker. */
  function forget() {
    const had = model !== null;
    model = null;
    progress = null;
    evaluating?.abort();
    setEvaluation(NOTHING);
    if (!busy()) setState('idle');
    if (had) emit('forgotten');
  }

  /** A saved model stays the tab's whatever images are loaded; its figures on the images before go. */
  async function judgeAgain() {
    evaluating?.abort();
    setEvaluation(NOTHING);
    await evaluated;
    setEvaluation(NOTHING);
    await evaluate();
  }

  /**
   * Makes another model the tab's: a run that was saved automatically, or a saved model. Waits for an evaluation under
   * way; Start waits meanwhile. An attempt that fails leaves everything as it was.
   * @param {() => Promise<Taken | null>} put has the worker take the model; null: it did not, and nothing has changed
   * @returns {Promise<boolean>} whether it did
   */
  async function take(put) {
    if (busy()) throw Object.assign(new Error('a run is in progress'), { code: 'busy' });
    const before = { state, message };
    loading = 'model';
    setState('loading');
    try {
      await evaluated;
      const taken = await put();
      if (taken) adopt(taken);
      else setState(before.state, before.message);
      return taken !== null;
    } catch (error) {
      setState(model ? before.state : 'idle', model ? before.message : '');
      throw error;
    }
  }

  /**
   * @typedef {object} Taken
   * @property {string} id of the run that the tab's model comes from, among those that are saved automatically
   * @property {EpochLogs[]} history
   * @property {Position} position
   * @property {Ended} ended
   * @property {{ id: string, name: string }} [saved] which saved model it is; left out for the run that the settings
   *   describe
   */

  /** @param {Taken} taken */
  function adopt({ id, history: done, position, ended, saved }) {
    const { settings } = current();
    const { epochs, trainSize } = settings;
    const origin = saved ? /** @type {const} */ ('saved') : /** @type {const} */ ('run');
    model = {
      key: saved?.id ?? runKey(),
      name: saved?.name ?? '',
      origin,
      position,
      ended,
      epochs,
      trainSize,
      version: ++versions,
    };
    progress = null;
    unsaved = false;
    setEvaluation(NOTHING);
    emit('run', { id });
    reset(settings);
    for (const each of done) addEpoch(each);
    setState(ended.how === 'stopped' ? 'idle' : 'done');
  }

  /**
   * The worker gave the tab's model other weights, without a run.
   * @param {number} of the model's version before
   */
  function reweight(of) {
    if (busy() || model?.version !== of) return;
    model = { ...model, version: ++versions };
    emit('state', view());
    judgeAgain();
  }

  /**
   * The tab's model was saved under this name, or renamed.
   * @param {string} name
   * @param {string} [id] of a saved model: only if the tab's model is that one
   */
  function nameModel(name, id) {
    if (model && (id === undefined || model.key === id)) model = { ...model, name };
  }

  /** @type {((data: import('./session.js').DataState) => void) | null} */
  let imagesAwaited = null;
  let version = 0;
  let { subject } = session;
  session.on('data', (data) => {
    const isOther = data.version !== version;
    if (isOther && !data.edited && model?.origin !== 'saved') {
      const had = model !== null;
      forget();
      if (had) reset(current().settings);
    } else if (isOther) judgeAgain();
    else if (model && subject !== session.subject) {
      model = { ...model, version: ++versions }; // its classes have other names
      emit('state', view());
    }
    version = data.version;
    ({ subject } = session);
    imagesAwaited?.(data);
  });

  session.on('worker', ({ state: health }) => {
    if (health === 'dead' && state !== 'failed') forget();
  });

  return {
    on,
    start,
    pause,
    resume,
    stop,
    evaluate,
    busy,
    take,
    halt,
    reweight,
    nameModel,
    setOffer,
    refresh: () => emit('state', view()),
    get view() {
      return view();
    },
    get evaluation() {
      return evaluation;
    },
    get progress() {
      return progress;
    },
    get history() {
      return history;
    },
    get trace() {
      return trace;
    },
  };
}

/** How far a run is, in epochs. @param {import('./worker.js').BatchProgress} progress */
export const epochsDone = ({ phase, epoch, batch, batches }) => epoch + (phase === 'train' ? batch / batches : 1);

/** @typedef {ReturnType<typeof createTrainer>} Trainer */
