import { TABLE } from '../../shim/datasets/bytes.js';
import { areFashionMnist } from '../../shim/datasets/official.js';
import { goTo } from '../dom.js';
import { sorted } from '../incoming.js';
import { addStyles } from '../styles.js';
import { createFound } from './found.js';
import { archiveOf, folderOf, given, pixelsOf } from './given.js';
import styles from './own.css?inline';
import { createSource } from './source.js';
import { namePictures } from './tables.js';
import { walk } from './walk.js';
import { t } from '../i18n/index.js';

/**
 * Pictures of the user's own as a dataset: where they come from, how they become images, and what was found in them.
 * Loaded once somebody wants that.
 *
 * @typedef {import('./given.js').Chosen} Chosen
 * @typedef {import('./given.js').Making} Making
 */

/**
 * @param {{ session: import('../session.js').Session, trainer: import('../trainer.js').Trainer, settings:
 *   import('../settings.js').Settings, load: (source: 'pictures' | 'files', given: import('./given.js').Given |
 *   File[]) => Promise<boolean>, onSettings: () => void }} parts `settings`: changed in place; `load`: loads pictures
 *   or Fashion-MNIST's files, and resolves with whether they are loaded
 */
export function createOwn({ session, trainer, settings, load, onSettings }) {
  /** What was chosen last. @type {Chosen | null} */
  let chosen = null;
  /** What is loaded, and how it was made. @type {{ chosen: Chosen, making: Making } | null} */
  let loaded = null;

  addStyles(styles);
  const source = createSource({
    settings,
    onFolder: (files) => use(folderOf(files)),
    onFiles: (files) => take(files),
    onMaking: remake,
  });
  const found = createFound({ session, settings, onBalance: onSettings });

  function makingNow() {
    const { size, colour, crop } = settings;
    return { size, colour, crop };
  }

  /** @param {Chosen} next */
  async function use(next) {
    const making = makingNow();
    chosen = next;
    source.offerMaking(!next.arePixels);
    if (await load('pictures', given(next, making, t('source.pictures')))) loaded = { chosen: next, making };
    else if (chosen === next && session.data.state !== 'loading') giveBack();
  }

  /** After pictures that are not loaded, those before count; what was refused, as for its size, can be tried again. */
  function giveBack() {
    const { state, info } = session.data;
    if (state === 'failed' || info?.source !== 'pictures' || !loaded) return;
    chosen = loaded.chosen;
    source.offerMaking(!chosen.arePixels);
    Object.assign(settings, loaded.making);
    source.show();
    onSettings();
  }

  /** The pictures become other images. */
  function remake() {
    onSettings();
    if (chosen) use(chosen);
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
    return use(dataset.length + tables.length > 0 ? pixelsOf([...dataset, ...tables]) : archiveOf(archive));
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
      return use(folderOf(areListed ? all : placed, lost));
    };
    return { files: areListed ? [] : loose, load: loadClasses };
  }

  function lock() {
    const busy = trainer.busy();
    source.lock(busy);
    found.lock(busy);
  }
  trainer.on('state', lock);
  lock();

  /** Loads what was chosen before, if other images are loaded now, or asks for pictures. */
  function choose() {
    if (chosen && session.data.info?.source !== 'pictures') use(chosen);
    else source.choose();
  }

  return { choose, take, read };
}

/** @typedef {ReturnType<typeof createOwn>} Own */
