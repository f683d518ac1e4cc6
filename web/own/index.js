import { TABLE } from '../../shim/datasets/bytes.js';
import { areFashionMnist } from '../../shim/datasets/official.js';
import { goTo } from '../dom.js';
import { sorted } from '../incoming.js';
import { recall, remember } from '../storage.js';
import { addStyles } from '../styles.js';
import { createAtOnce } from './at-once.js';
import { createBases } from './bases.js';
import { makingOf } from './making.js';
import { createDoubts } from './doubts.js';
import { REFUSALS } from './edits.js';
import { createFound } from './found.js';
import { archiveOf, folderOf, given, pixelsOf, there } from './given.js';
import styles from './own.css?inline';
import { createProjectBar } from './project-bar.js';
import { createProjectList } from './project-list.js';
import { createAdding, createSource } from './source.js';
import { namePictures } from './tables.js';
import { walk } from './walk.js';
import { t } from '../i18n/index.js';
import { specsOf } from '../model-spec.js';
import { newId } from '../new-id.js';
import { takeSaved } from '../saved-model.js';
import { readSettings, runtimeOptions, writeSettings } from '../settings.js';

/**
 * Pictures of the user's own as a dataset: where they come from, how they become images, and what was found in them.
 * Loaded once somebody wants that.
 *
 * @typedef {import('./given.js').Chosen} Chosen
 * @typedef {import('./given.js').Making} Making
 * @typedef {import('./making.js').Wanted} Wanted
 * @typedef {(making: Making) => import('./given.js').Given} Attempt
 * @typedef {(change: import('./desk.js').Change) => Promise<boolean>} Changer makes a change; false: it could not be
 *   made, and the page says why
 */

/**
 * @param {{ session: import('../session.js').Session, trainer: import('../trainer.js').Trainer, settings:
 *   import('../settings.js').Settings, load: (source: 'pictures' | 'files', given: import('./given.js').Given |
 *   File[]) => Promise<boolean>, onSettings: () => void, onRestored: () => void }} parts `settings`: changed in place;
 *   `load`: loads pictures or Fashion-MNIST's files, and resolves with whether they are loaded; `onRestored`: told when
 *   any setting may have changed
 */
export function createOwn({ session, trainer, settings, load, onSettings, onRestored }) {
  /** What was tried last, and whether that has loaded. @type {{ attempt: Attempt, making: Wanted } | null} */
  let tried = null;
  /** How what is loaded was made. @type {Wanted | null} */
  let loaded = null;

  let projectId = '';

  addStyles(styles);
  const bases = createBases();
  const source = createSource({
    settings,
    bases,
    onFolder: (files) => useFiles(folderOf(files)),
    onFiles: (files) => take(files),
    onMaking: remake,
    onTune: onSettings,
  });
  const atOnce = createAtOnce({ session, trainer, settings, bases });
  const adding = createAdding({
    onFolder: (files) => add(folderOf(files)),
    onFiles: ([file]) => add(archiveOf(file)),
  });
  const bar = createProjectBar({ session, change, addFolder: adding.folder, addArchive: adding.archive, pack });
  const list = createProjectList({ session, open: reopen, loaded: () => projectId });
  source.node.append(list.node);
  const doubts = createDoubts({ session, trainer, change, ask: askForDoubts });
  const found = createFound({ session, settings, onBalance: onSettings, change, addTo, bar, doubts, onFindings });

  /** @param {import('./findings.js').Findings | null} findings */
  function onFindings(findings) {
    const before = projectId;
    projectId = findings?.project?.id ?? '';
    // what another tab has open stays what the next page opens
    if (findings?.project || (session.data.info && recall('project') === before)) remember('project', projectId);
    if (projectId !== before) list.look();
    source.offerMaking(!findings || findings.project !== null);
    if (!findings?.project) return;
    const { making } = findings.project;
    const isTheirs = isSame(making, makingOf(settings));
    loaded = isTheirs ? makingNow() : { ...making, base: 'none' };
    if (isTheirs) return;
    Object.assign(settings, loaded); // a saved project's own
    source.show();
    onSettings();
  }

  /** @type {Changer} */
  async function change(edit) {
    if (trainer.busy()) return false;
    trainer.stop(); // an evaluation, which the change would wait for
    bar.say('');
    try {
      await session.edit(edit);
    } catch (error) {
      const { code, message } = /** @type {Error & { code?: string }} */ (error);
      bar.say(code && REFUSALS.includes(code) ? t(`refused.${code}`) : message);
      return false;
    }
    if (edit.kind === 'title') bar.follow();
    return true;
  }

  /** Pictures are added one after the other: loading cancels what is loading. @type {Promise<void>} */
  let added = Promise.resolve();

  /** @param {Chosen} chosen */
  function add(chosen) {
    const next = async () => {
      await atOnce.settled();
      bar.say(trainer.busy() ? t('project.locked') : '');
      if (!trainer.busy()) await useFiles({ ...chosen, adds: true });
    };
    added = added.then(next, next);
    return added;
  }

  /** @param {File[]} files @param {string} label the name of their class */
  function addTo(files, label) {
    return add({ ...folderOf(files.map((file) => ({ path: file.name, file }))), label });
  }

  /**
   * Has the pictures judged by models as the settings describe them.
   * @param {{ signal: AbortSignal, onEvent: (progress: import('../session.js').LoadProgress) => void }} options
   */
  function askForDoubts(options) {
    const { layers, ...run } = settings;
    const specs = specsOf(layers, session.subject.classNames.length);
    return session.call('doubt', { ...run, specs, runtime: runtimeOptions(settings) }, options);
  }

  /** @param {string} id */
  function reopen(id) {
    return use((making) => there({ kind: 'saved', id }, making)).then(() => session.data.info?.source === 'pictures');
  }

  /** @param {(progress: import('../session.js').LoadProgress) => void} onEvent */
  async function pack(onEvent) {
    const model = trainer.view.model ? (await session.call('save', {})).bytes : null;
    return session.call('pack', { settings: writeSettings(settings, ''), model }, { onEvent });
  }

  function makingNow() {
    const { base, size, colour, crop } = settings;
    return { base, size, colour, crop };
  }

  /** @param {Attempt} attempt */
  async function use(attempt) {
    const making = makingNow();
    tried = { attempt, making };
    if (await load('pictures', attempt(makingOf(making)))) {
      loaded = making;
      await unpack();
    } else if (tried.attempt === attempt && session.data.state !== 'loading') giveBack();
  }

  /** A project that was packed has brought the settings and the model of that time. */
  async function unpack() {
    const brought = await session.call('unpacked', {}).catch(() => null);
    if (!brought) return;
    const { source: from, threads } = settings;
    const { settings: theirs } = readSettings(brought.settings);
    Object.assign(settings, theirs, { source: from, threads });
    if (!isSame(brought.making, makingOf(settings))) Object.assign(settings, brought.making, { base: 'none' });
    loaded = makingNow();
    source.show();
    found.show();
    if (brought.model) {
      await atOnce.settled();
      const entry = { id: newId(), name: session.data.info?.name ?? '', epochs: [] };
      // first: while there is a model, none is made that answers at once
      await takeSaved({ session, trainer, settings }, entry, brought.model).catch(({ message }) =>
        bar.say(t('project.model-failed', { reason: message })),
      );
    }
    onRestored();
  }

  /** @param {Chosen} chosen */
  const useFiles = (chosen) => use((making) => given(chosen, making, t('source.pictures')));

  /** After pictures that are not loaded, those before count; what was refused, as for its size, can be tried again. */
  function giveBack() {
    const { state, info } = session.data;
    if (state === 'failed' || info?.source !== 'pictures' || !loaded) return;
    tried = null;
    Object.assign(settings, loaded);
    source.show();
    onSettings();
  }

  /** The pictures become other images. */
  function remake() {
    onSettings();
    const { state, info } = session.data;
    if (state === 'failed' && tried) use(tried.attempt);
    else if (info?.source === 'pictures') use((making) => there({ kind: 'same' }, making));
  }

  /**
   * Takes an archive, tables of pixels or IDX files.
   * @param {File[]} files @param {import('../incoming.js').Kind} [expected] what they were taken for
   */
  async function take(files, expected) {
    const { dataset, classes } = await sorted(files, expected);
    if (dataset.length > 0 && (await areFashionMnist(dataset))) return load('files', files);
    goTo('data');
    const tables = classes.filter(({ name }) => TABLE.test(name));
    const archive = classes.find((file) => !tables.includes(file)) ?? files[0];
    return useFiles(dataset.length + tables.length > 0 ? pixelsOf([...dataset, ...tables]) : archiveOf(archive));
  }

  /**
   * Reads folders that were dropped.
   * @param {import('../incoming.js').Dropped} dropped
   * @param {import('../views/intake.js').Watch} watch
   * @returns {Promise<import('../views/intake.js').Read>}
   */
  async function read(dropped, watch) {
    const { placed, loose, lost, areClasses } = await walk(dropped, watch);
    const all = [...placed, ...loose.map((file) => ({ path: file.name, file }))];
    const areListed = await namePictures(all);
    if (!areListed && !areClasses) return { files: all.map(({ file }) => file), load: null };
    const loadClasses = () => {
      goTo('data');
      return useFiles(folderOf(areListed ? all : placed, lost));
    };
    return { files: areListed ? [] : loose, load: loadClasses };
  }

  /** Has pictures learned from that are in folders of their classes. @param {import('./given.js').Placed[]} placed */
  function learnFrom(placed) {
    goTo('data');
    return useFiles(folderOf(placed));
  }

  function lock() {
    const busy = trainer.busy();
    source.lock(busy);
    found.lock(busy);
    list.lock(busy);
  }
  trainer.on('state', lock);
  lock();

  /** Loads what was chosen before, if other images are loaded now, or asks for pictures. */
  function choose() {
    if (tried && session.data.info?.source !== 'pictures') use(tried.attempt);
    else source.choose();
  }

  list.look();
  return { choose, take, read, reopen, learnFrom };
}

/** @param {Making} one @param {Making} other */
const isSame = (one, other) =>
  Object.entries(one).every(([name, value]) => other[/** @type {keyof Making} */ (name)] === value);

/** @typedef {ReturnType<typeof createOwn>} Own */
