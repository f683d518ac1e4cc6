import { createEmitter } from './emitter.js';
import { createPace } from './pace.js';
import { runtimeOptions, writeSettings } from './settings.js';

/**
 * Runs and evaluates the model: the state machine behind Start, Pause and Stop.
 * Emits `state`, `core`, `progress`, `epoch`, `log`, `reset` and `evaluation`; and `run`, `kept` and `unkept`, of what is
 * kept of it in the browser.
 *
 * @typedef {import('./settings.js').Settings} Settings
 * @typedef {'idle' | 'loading' | 'training' | 'paused' | 'done' | 'failed'} TrainState
 * @typedef {{ epoch: number, batch: number }} Position
 * @typedef {{ phase: 'train' | 'validate', epoch: number, epochs: number, batch: number, batches: number,
 *   logs: { loss: number, acc: number }, samplesPerSecond: number, secondsLeft: number }} Progress `secondsLeft`: of the run
 * @typedef {{ loss: number, accuracy: number }} Figures
 * @typedef {{ probabilities: Float32Array, labels: Uint8Array }} Predictions
 * @typedef {{ state: 'none' | 'running' | 'ready' | 'partial', train: Figures | null, test: Figures | null,
 *   predictions: Predictions | null }} Evaluation
 */

/** @type {Evaluation} */
const NOTHING = { state: 'none', train: null, test: null, predictions: null };

/**
 * @param {import('./session.js').Session} session
 * @param {() => { settings: Settings, specs: any[] }} current
 */
export function createTrainer(session, current) {
  const { on, emit } = createEmitter();
  /** @type {TrainState} */
  let state = 'idle';
  let message = '';
  /** @type {{ key: string, position: Position, epochs: number, trainSize: number, early: boolean } | null} */
  let stopped = null; // the run that the worker's model comes from
  /** @type {Evaluation} */
  let evaluation = NOTHING;
  /** @type {Progress | null} */
  let progress = null;
  /** @type {AbortController | null} */
  let running = null;
  /** @type {AbortController | null} */
  let evaluating = null;
  let pace = createPace();
  let evaluated = Promise.resolve(); // settles when no evaluation is under way
  let waiting = false; // Start was pressed before the data was there

  /** @param {TrainState} next @param {string} [why] */
  function setState(next, why = '') {
    state = next;
    message = why;
    emit('state', view());
  }

  function view() {
    return {
      state,
      message,
      position: stopped?.position ?? null,
      epochs: stopped?.epochs ?? current().settings.epochs,
      early: stopped?.early ?? false,
      continues: continues(),
      differs: stopped !== null && stopped.key !== runKey(),
      evaluating: evaluating !== null,
    };
  }

  /** Everything on which the weights depend, except how long training lasts. */
  function runKey() {
    const { settings, specs } = current();
    const { source, layers, verbose, threads, patience, epochs, ...decisive } = settings;
    return JSON.stringify([specs, decisive, settings.schedule === 'constant' || epochs, session.data.version]);
  }

  /** Whether Start would go on where the last run was left. */
  function continues() {
    return stopped !== null && !stopped.early && stopped.key === runKey() && stopped.position.epoch < current().settings.epochs;
  }

  const busy = () => state === 'loading' || state === 'training' || state === 'paused';

  /** @param {{ anew?: boolean }} [options] */
  async function start({ anew = false } = {}) {
    if (busy()) return;
    if (session.data.state !== 'ready') return waitForData();
    await train(continues() && !anew ? stopped?.position : undefined);
  }

  function waitForData() {
    if (session.data.state === 'empty' || session.data.state === 'failed') session.load(current().settings.source);
    waiting = true;
    setState('loading');
  }

  /** @param {Position} [from] */
  async function train(from) {
    const { settings, specs } = current();
    const { layers, ...chosen } = settings;
    const { epochs, trainSize } = chosen;
    const run = { key: runKey(), epochs, trainSize };
    running = new AbortController();
    if (!from) {
      stopped = null;
      setEvaluation(NOTHING);
      emit('reset', settings);
    }
    progress = null;
    pace = createPace();
    setState('training');
    evaluating?.abort();
    try {
      await evaluated;
      const args = { ...chosen, specs, runtime: runtimeOptions(settings), from, address: writeSettings(settings, '') };
      const { finished, position } = await session.call('fit', args, { signal: running.signal, onEvent });
      stopped = { ...run, position, early: finished && position.epoch < epochs };
      running = null;
      if (!finished) setState('idle');
      await evaluate();
      if (finished) setState('done');
    } catch (error) {
      running = null;
      stopped = null;
      setState('failed', /** @type {Error} */ (error).message);
    }
  }

  /** @param {any} event */
  function onEvent(event) {
    if (event.type === 'progress') emit('progress', (progress = forPage(event.progress)));
    else emit(event.type, event.core ?? event);
  }

  /** What the page shows of it: while validation runs, the figures stay those of training. @param {Progress} next @returns {Progress} */
  function forPage(next) {
    const logs = next.phase === 'train' ? next.logs : (progress?.logs ?? next.logs);
    return { ...next, logs, secondsLeft: pace.secondsLeft(epochsDone(next), next.epochs) };
  }

  function evaluate() {
    if (stopped && !evaluating) evaluated = runEvaluation(stopped.trainSize);
    return evaluated;
  }

  /** @param {number} trainSize */
  async function runEvaluation(trainSize) {
    evaluating = new AbortController();
    setEvaluation({ ...NOTHING, state: 'running' });
    emit('state', view());
    try {
      await session.call('evaluate', { trainSize }, { signal: evaluating.signal, onEvent: onFigures });
      setEvaluation({ ...evaluation, state: 'ready' });
    } catch (error) {
      if (!evaluating.signal.aborted) throw error;
      setEvaluation({ ...evaluation, state: evaluation.predictions ? 'partial' : 'none' });
    } finally {
      evaluating = null;
      emit('state', view());
    }
  }

  /** @param {any} event */
  function onFigures({ type, figures, ...predictions }) {
    if (type === 'predictions') setEvaluation({ ...evaluation, predictions });
    else setEvaluation({ ...evaluation, [type]: figures });
  }

  /** @param {Evaluation} next */
  function setEvaluation(next) {
    evaluation = next;
    emit('evaluation', evaluation);
  }

  function pause() {
    if (state !== 'training' || !running) return;
    session.call('pause');
    setState('paused');
  }

  function resume() {
    if (state !== 'paused') return;
    pace.skip();
    session.call('resume');
    setState('training');
  }

  function stop() {
    if (waiting) {
      waiting = false;
      setState('idle');
    }
    running?.abort();
    evaluating?.abort();
  }

  /** What was learned from other pictures, or by a worker that died, is of no use any more. */
  function forget() {
    stopped = null;
    progress = null;
    setEvaluation(NOTHING);
    if (!busy()) setState('idle');
  }

  /**
   * Goes on from a run that was kept, or a model of the library, which the worker has by now.
   * @param {Pick<import('./keep/facts.js').Facts, 'position' | 'epochs' | 'finished'>} facts
   * @param {string} [key] of another run than the settings describe
   */
  function adopt({ position, epochs: done, finished }, key = runKey()) {
    const { settings } = current();
    const { epochs, trainSize } = settings;
    stopped = { key, position, epochs, trainSize, early: finished && position.epoch < epochs };
    setEvaluation(NOTHING);
    emit('reset', settings);
    for (const each of done) emit('epoch', each);
    setState(finished ? 'done' : 'idle');
  }

  let version = 0;
  session.on('data', (data) => {
    if (data.version !== version) forget();
    version = data.version;
    if (!waiting || data.state === 'loading') return;
    waiting = false;
    state = 'idle';
    if (data.state === 'ready') start();
    else setState(data.state === 'failed' ? 'failed' : 'idle', data.message);
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
    adopt,
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
