import { createEmitter } from './emitter.js';
import { createPace } from './pace.js';
import { runtimeOptions, writeSettings } from './settings.js';

/**
 * Runs and evaluates the model: the state machine behind Start, Pause and Stop, and the owner of all that the page
 * knows of
 * the tab's model. Emits `state`, `core`, `progress`, `epoch`, `log`, `reset` and `evaluation`; and `run`, `kept` and
 * `unkept`, of what is kept of it in the browser, and `forgotten` once the tab has no model any more.
 *
 * @typedef {import('./settings.js').Settings} Settings
 * @typedef {'idle' | 'loading' | 'training' | 'paused' | 'done' | 'failed'} TrainState
 * @typedef {{ epoch: number, batch: number }} Position
 * @typedef {import('./keep/facts.js').Ended} Ended
 * @typedef {object} TabModel the model that the worker has
 * @property {string} key what its run depends on; of a saved model, its id
 * @property {string} name that it was saved by, or ''
 * @property {'run' | 'saved'} origin trained here, or taken from the saved models
 * @property {Position} position
 * @property {Ended} ended
 * @property {number} epochs that were asked for
 * @property {number} trainSize
 * @property {number} version another one for other weights
 *
 * @typedef {object} Offer an interrupted run that is still saved
 * @property {number} epoch from 1 on
 * @property {number} epochs
 * @property {string} address its settings, as the page's address spells them
 * @property {() => unknown} accept continues it
 * @typedef {{ phase: 'train' | 'validate', epoch: number, epochs: number, batch: number, batches: number,
 *   logs: { loss: number, acc: number }, samplesPerSecond: number, secondsLeft: number }} Progress `secondsLeft`: of
 *   the run
 * @typedef {{ loss: number, accuracy: number }} Figures
 * @typedef {{ probabilities: Float32Array, labels: Uint8Array }} Predictions
 * @typedef {{ state: 'none' | 'running' | 'ready' | 'partial' | 'failed', train: Figures | null, test: Figures | null,
 *   predictions: Predictions | null, message: string }} Evaluation
 */

const GIVEN_UP = Symbol('given up');

/** @type {Evaluation} */
const NOTHING = { state: 'none', train: null, test: null, predictions: null, message: '' };

const KNOWN_WITHIN = 2000; // ms that Start waits until it is known whether there is a run to continue

/**
 * @param {import('./session.js').Session} session
 * @param {() => { settings: Settings, specs: any[] }} current
 * @param {{ load: () => unknown, offersKnown: () => Promise<unknown> }} needs `load`: the images, where there are none
 *   yet;
 *   `offersKnown`: settles once an interrupted run would have been offered
 */
export function createTrainer(session, current, { load, offersKnown }) {
  const { on, emit } = createEmitter();
  /** @type {TrainState} */
  let state = 'idle';
  let message = '';
  /** @type {'images' | 'model' | 'runs'} */
  let loading = 'images'; // what the state `loading` waits for
  /** @type {TabModel | null} */
  let model = null;
  let versions = 0;
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
  let freed = () => {}; // told when no run is under way any more
  let pace = createPace();
  let evaluated = Promise.resolve(); // settles when no evaluation is under way
  /** @type {(() => void) | null} */
  let giveUp = null; // ends the wait of a Start that was pressed before it could be followed

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
    return settings.source !== 'files' && (asked === offer.address || asked === '') ? offer : null;
  }

  /** There is an interrupted run that can be continued, or none any more. @param {Offer | null} next */
  function setOffer(next) {
    offer = next;
    emit('state', view());
  }

  /**
   * Continues what there is to continue; otherwise, or where it is asked to, begins a new run.
   * @param {{ anew?: boolean }} [options]
   */
  async function start({ anew = false } = {}) {
    if (busy()) return;
    if (!anew && !(await waited('runs', soon(offersKnown())))) return;
    const offered = standing();
    if (offered && !anew) {
      setState(state, message);
      return void offered.accept();
    }
    if (!hasImages() && !(await waited('images', imagesLoaded()))) return;
    await train(continues() && !anew ? model?.position : undefined);
  }

  const hasImages = () => session.data.info !== null && session.data.state !== 'loading';

  /**
   * Shows that something is waited for; Stop ends the wait.
   * @param {'images' | 'runs'} what @param {Promise<unknown>} promise
   * @returns {Promise<boolean>} false: it was ended, or failed, and the state is as it was or says why
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

  /** Loads images where none are on their way; fails with the reason where they cannot be loaded. */
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
    /** The worker has the run's model from then on, and the one before is gone. @param {any} event */
    const onRun = (event) => {
      if (event.type === 'run') setEvaluation(NOTHING); // its figures are those of other weights
      if (event.type === 'run' && !from) {
        model = null;
        emit('reset', settings);
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
      if (from) model = null;
      setState('failed', /** @type {Error} */ (error).message);
    }
  }

  /** @param {any} event */
  function onEvent(event) {
    if (event.type === 'progress') emit('progress', (progress = forPage(event.progress)));
    else emit(event.type, event.core ?? event);
  }

  /**
   * What the page shows of it: while validation runs, the figures stay those of training.
   * @param {Progress} next
   * @returns {Progress}
   */
  function forPage(next) {
    const logs = next.phase === 'train' ? next.logs : (progress?.logs ?? next.logs);
    return { ...next, logs, secondsLeft: pace.secondsLeft(epochsDone(next), next.epochs) };
  }

  function evaluate() {
    if (model && !evaluating && hasImages()) evaluated = runEvaluation(model.trainSize);
    return evaluated;
  }

  /** @param {number} trainSize */
  async function runEvaluation(trainSize) {
    const { signal } = (evaluating = new AbortController());
    const of = model?.version;
    /** What comes of a model that is gone by then is nobody's. @param {Partial<Evaluation>} change */
    const put = (change) => model?.version === of && setEvaluation({ ...evaluation, ...change });
    setEvaluation({ ...NOTHING, state: 'running' });
    emit('state', view());
    try {
      await session.call(
        'evaluate',
        { trainSize },
        { signal, onEvent: (/** @type {any} */ event) => put(figuresOf(event)) },
      );
      put({ state: 'ready' });
    } catch (error) {
      if (signal.aborted) put({ state: evaluation.predictions ? 'partial' : 'none' });
      else put({ state: 'failed', message: /** @type {Error} */ (error).message });
    } finally {
      evaluating = null;
      emit('state', view());
    }
  }

  /** @param {any} event of an evaluation @returns {Partial<Evaluation>} */
  const figuresOf = ({ type, figures, ...predictions }) =>
    type === 'predictions' ? { predictions } : { [type]: figures };

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

  /** Of a worker that dies the run tells. @param {'pause' | 'resume'} what */
  const tell = (what) => session.call(what).catch(() => {});

  function stop() {
    giveUp?.();
    running?.abort();
    evaluating?.abort();
  }

  /** Ends a run under way; settles once it is. */
  async function halt() {
    stop();
    if (busy()) await new Promise((resolve) => (freed = () => resolve(undefined)));
  }

  /** What was learned from other pictures, or by a worker that died, is of no use any more. */
  function forget() {
    const had = model !== null;
    model = null;
    progress = null;
    evaluating?.abort();
    setEvaluation(NOTHING);
    if (!busy()) setState('idle');
    if (had) emit('forgotten');
  }

  /** A saved model stays the tab's, whatever images are loaded; what was seen of it on others goes. */
  async function judgeAgain() {
    evaluating?.abort();
    await evaluated;
    setEvaluation(NOTHING);
    await evaluate();
  }

  /**
   * Puts another model in the place of the tab's: a run that was saved automatically, or a saved model. Waits for an
   * evaluation
   * under way; Start waits meanwhile. An attempt that fails leaves everything as it was.
   * @param {() => Promise<Taken | null>} put has the worker put it there; null: it could not be, and nothing has
   *   changed
   * @returns {Promise<boolean>} whether it is there
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
   * @property {string} id of the run that it is from now on, among those that are saved automatically
   * @property {import('./keep/facts.js').EpochLogs[]} history
   * @property {Position} position
   * @property {Ended} ended
   * @property {{ id: string, name: string }} [saved] which of the saved models it is; left out: it is the run that the
   *   settings describe
   */

  /** @param {Taken} taken */
  function adopt({ id, history, position, ended, saved }) {
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
    setEvaluation(NOTHING);
    emit('run', { id });
    emit('reset', settings);
    for (const each of history) emit('epoch', each);
    setState(ended.how === 'stopped' ? 'idle' : 'done');
  }

  /**
   * The tab's model was saved by this name, or is called another one now.
   * @param {string} name
   * @param {string} [id] only where it is this saved model
   */
  function nameModel(name, id) {
    if (model && (id === undefined || model.key === id)) model = { ...model, name };
  }

  /** @type {((data: import('./session.js').DataState) => void) | null} */
  let imagesAwaited = null;
  let version = 0;
  session.on('data', (/** @type {import('./session.js').DataState} */ data) => {
    if (data.version !== version && model?.origin !== 'saved') {
      const had = model !== null;
      forget();
      if (had) emit('reset', current().settings);
    } else if (data.version !== version) judgeAgain();
    version = data.version;
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
  };
}

/** How far a run is, in epochs. @param {Progress} progress */
export const epochsDone = ({ phase, epoch, batch, batches }) => epoch + (phase === 'train' ? batch / batches : 1);

/** @typedef {ReturnType<typeof createTrainer>} Trainer */
