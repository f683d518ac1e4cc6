import { addTexts, count, onLanguage, percent, setUpLanguage, t } from './i18n/index.js';
import { byId } from './dom.js';
import { createAddress } from './address.js';
import { setUpClicks } from './clicks.js';
import { isolate } from './isolation.js';
import { createSession } from './session.js';
import { specsOf } from './model-spec.js';
import { isGiven, readSettings, runtimeOptions, writeSettings } from './settings.js';
import { recall } from './storage.js';
import { setUpTheme } from './theme.js';
import { createTrainer, epochsDone } from './trainer.js';
import { createAlarm, createCorrections } from './views/alarm.js';
import { createDataView } from './views/data.js';
import { createIntake } from './views/intake.js';
import { createLog } from './views/log.js';
import { createMasthead } from './views/masthead.js';
import { orMissing } from './views/missing.js';
import { createModelView } from './views/model.js';
import { createRunView } from './views/run.js';
import { createRuntimeView } from './views/runtime.js';
import { createSettingsForm } from './views/settings-form.js';
import { createTape } from './views/tape.js';
import { createVerdictView } from './views/verdict.js';

// ms that everything else waits at most for the first picture's answer, or until a picture could be answered
const FIRST = 1000;

// ms that the language waits for the section "Try it", so that all is rendered once
const SOON = 150;

/** The story of the page: load → model → train → show. */
export function openPage() {
  document.querySelector('.way-out')?.remove(); // for pages that are framed
  const { settings, corrected } = readSettings(location.search);
  let touched = false; // the user has done something here
  for (const kind of ['pointerdown', 'keydown', 'drop', 'paste'])
    addEventListener(kind, () => (touched = true), { capture: true, once: true });
  const session = createSession({ ready: isolate(untouched), runtime: () => runtimeOptions(settings) });
  const current = () => ({ settings, specs: specsOf(settings.layers, session.subject.classNames.length) });
  const trainer = createTrainer(session, current, {
    load: loadImages,
    offersKnown: async () => (await loadKeep()).offersKnown,
  });
  const address = createAddress(() => location.pathname + writeSettings(settings, location.search) + location.hash);
  const loadTry = once(() => orMissing(byId('try-body'), startTry()));
  const loadKeep = once(() => orMissing(byId('main'), startKeep()));
  const loadOwn = once(() => orMissing(byId('own-source'), startOwn()));
  const loadTheatre = once(() => orMissing(byId('stage'), startTheatre()));

  // Load
  const dataView = createDataView(session, {
    source: () => settings.source,
    onSource,
    onFiles: (files) => takeIn(files, 'dataset'),
    own: loadOwn,
  });
  const takeIn = createIntake(
    {
      pictures: async (files) => (await loadTry()).add(files),
      dataset: async (files) => (await loadOwn()).take(files, 'dataset'),
      classes: async (files) => (await loadOwn()).take(files),
      model: async (files) => (await loadKeep()).open(files),
    },
    { mayLoad: () => !trainer.busy(), read: async (...dropped) => (await loadOwn()).read(...dropped) },
  );

  // Model
  const modelView = createModelView(session, settings, {
    onChange: onSettings,
    onInvalid: trainer.refresh,
    onTraining: () => settingsForm.show(),
  });

  // Train
  const settingsForm = createSettingsForm(settings, {
    onChange: onSettings,
    onInvalid: trainer.refresh,
    onRuntime: modelView.ask,
  });
  const run = createRunView(session, trainer, { model: modelView.firstInvalid, settings: settingsForm.firstInvalid });
  const tape = createTape(() => settings.epochs);
  const log = createLog();
  let planned = (/** @type {number} */ _epochs) => {}; // told of other epochs, once somebody shows them
  const runtimeView = createRuntimeView();

  // Show
  createVerdictView(trainer);

  createMasthead({
    session,
    trainer,
    settings,
    parameters: () => modelView.parameters,
    start: run.start,
  });
  createAlarm(session, open);
  createCorrections(corrected);

  session.on('data', ({ state }) => state === 'ready' && noteSettings());
  session.on('worker', (worker) => runtimeView.show(worker.state === 'alive' ? worker.core : null, worker.state));
  session.on('description', ({ core }) => runtimeView.show(core));
  session.on('undescribed', runtimeView.fail);
  trainer.on('core', runtimeView.show);
  trainer.on('reset', beginRun);
  trainer.on('progress', showProgress);
  trainer.on('log', log.write);
  trainer.on('state', showState);
  onLanguage(noteSettings);
  onLanguage(showTitle);
  addEventListener('popstate', address.update); // going back changes no field

  for (const name of /** @type {const} */ (['run', 'kept', 'unkept'])) trainer.on(name, guardLeaving);

  setUpTheme();
  setUpClicks();
  const atMost = (/** @type {number} */ ms, /** @type {Promise<unknown>} */ promise) =>
    Promise.race([promise.catch(() => {}), new Promise((resolve) => setTimeout(resolve, ms))]);
  const trying = loadTry();
  const language = setUpLanguage(atMost(SOON, trying));
  const first = atMost(
    FIRST,
    trying.then(({ answered }) => answered),
  );
  first.then(loadOthers);
  Promise.all([language, first]).then(open);
  prepareOffline().catch(() => {}); // no network, no service workers: the page stays as it is

  /** Loads the section "Try it", after the page or when it is needed. */
  async function startTry() {
    const [{ createTry }] = await Promise.all([import('./try/index.js'), addTexts('try'), import('./views/bars.js')]);
    return createTry({
      session,
      trainer,
      language,
      onChosen: (files) => takeIn(files, 'pictures'),
      onProject: async (placed) => (await loadOwn()).learnFrom(placed),
    });
  }

  /** Loads the section "Keep it", later still or when it is needed. */
  async function startKeep() {
    const { createKeep } = await import('./keep/index.js');
    return createKeep({
      session,
      trainer,
      settings,
      onChosen: (files) => takeIn(files, 'model'),
      onMisfit: async (name, bytes) => (await loadTry()).answerWith(name, bytes),
      onProject: async (id) => (await loadOwn()).reopen(id),
    });
  }

  /** Loads what pictures of one's own need, once somebody has some. */
  async function startOwn() {
    const [{ createOwn }] = await Promise.all([import('./own/index.js'), addTexts('own')]);
    return createOwn({ session, trainer, settings, load: dataView.load, onSettings, onRestored });
  }

  /** Loads what shows the network as it learns: when the page is idle, or with Start. */
  async function startTheatre() {
    const { createTheatre } = await import('./theatre/index.js');
    const theatre = await createTheatre({ session, trainer, settings, loadTry, again });
    planned = theatre.plan;
  }

  /** @param {() => void} change of the settings, with which a new run starts */
  function again(change) {
    change();
    onRestored();
    run.start({ over: true });
  }

  async function startResults() {
    const { createResults } = await import('./views/results.js');
    createResults(session, trainer);
  }

  async function startEstimate() {
    const { createEstimateView } = await import('./views/estimate.js');
    createEstimateView(session, trainer, current, () => !modelView.firstInvalid() && !settingsForm.firstInvalid());
  }

  function loadOthers() {
    loadTheatre().catch(() => {});
    orMissing(byId('evaluation'), startResults()).catch(() => {});
    loadKeep().catch(() => {});
    startEstimate().catch(() => {}); // the page is complete without it
  }

  /** Whether the page could be reloaded without loss. */
  function untouched() {
    return !touched && !trainer.busy();
  }

  /** Starts only once everything that the page itself needs has loaded. */
  async function prepareOffline() {
    await Promise.all([
      new Promise((resolve) => session.on('worker', ({ state }) => state === 'alive' && resolve(state))),
      new Promise((resolve) => session.on('data', ({ state }) => state === 'loading' || resolve(state))),
    ]);
    const { setUpOffline } = await import('./offline.js');
    await setUpOffline(trainer);
  }

  /** Loads images and describes the model, at first and after a worker was replaced. */
  function open() {
    const project = settings.source === 'synthetic' ? null : recall('project');
    if (project)
      loadOwn()
        .then(({ reopen }) => reopen(project))
        .then((isOpen) => isOpen || loadImages(), loadImages);
    else loadImages();
    modelView.ask();
  }

  /** Loads the chosen images; the user's own files are gone with a worker that died. */
  function loadImages() {
    dataView.load(isGiven(settings.source) ? 'auto' : dataView.wanted());
  }

  /** @param {import('./settings.js').Settings['source']} source */
  function onSource(source) {
    settings.source = source;
    onSettings();
  }

  function onSettings() {
    address.update();
    if (!trainer.busy()) {
      tape.setEpochs(settings.epochs);
      planned(settings.epochs);
    }
    noteSettings();
    trainer.refresh();
  }

  /** All settings may be others. */
  function onRestored() {
    modelView.show();
    settingsForm.show();
  }

  function noteSettings() {
    const there = session.data.info?.train.images[0];
    const { differs, passesOver } = trainer.view;
    if (trainer.busy()) settingsForm.note(t('settings.locked'));
    else if (differs) settingsForm.note(t('settings.changed'));
    else if (passesOver) settingsForm.note(t('settings.other-run'));
    else if (there && settings.trainSize > there) settingsForm.note(t('settings.all-used', { count: count(there) }));
    else settingsForm.note('');
  }

  function beginRun() {
    log.clear();
    tape.show(null);
  }

  /** @param {import('./trainer.js').Progress} progress */
  function showProgress(progress) {
    tape.show(progress);
    showTitle();
  }

  /** The tab's title tells how far a run is. */
  function showTitle() {
    const { progress, view } = trainer;
    const runs = view.state === 'training' || view.state === 'paused';
    const title =
      runs && progress ? `${percent(epochsDone(progress) / progress.epochs, 0)} · ${t('name')}` : t('title');
    if (document.title !== title) document.title = title;
  }

  /** @param {{ state: string }} view */
  function showState({ state }) {
    const busy = trainer.busy();
    for (const view of [dataView, modelView, settingsForm]) view.lock(busy);
    noteSettings();
    guardLeaving();
    if (state === 'training' || state === 'paused') tape.setEpochs(settings.epochs);
    if (busy) loadTheatre().catch(() => {});
    showTitle();
  }

  /** Asks only if something would be lost: browsers do not cache pages that may ask. */
  function guardLeaving() {
    const { state, unsaved } = trainer.view;
    removeEventListener('beforeunload', askBeforeLeaving);
    if (state === 'training' || state === 'paused' || unsaved) addEventListener('beforeunload', askBeforeLeaving);
  }

  /** @param {BeforeUnloadEvent} event */
  function askBeforeLeaving(event) {
    event.preventDefault();
  }
}

/**
 * Calls `load` the first time only; if it fails, as without a network, the next call tries again.
 * @template T @param {() => Promise<T>} load
 */
function once(load) {
  /** @type {Promise<T> | null} */
  let loading = null;
  return () => {
    const mine = (loading ??= load());
    mine.catch(() => (loading = null));
    return mine;
  };
}
