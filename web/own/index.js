import { goTo } from '../dom.js';
import { addStyles } from '../styles.js';
import { createAtOnce } from './at-once.js';
import { createFound } from './found.js';
import { archiveOf, folderOf, given } from './given.js';
import { makingOf } from './making.js';
import styles from './own.css?inline';
import { createSource } from './source.js';
import { walk } from './walk.js';
import { t } from '../i18n/index.js';

/**
 * Pictures of the user's own as a dataset: where they come from, how they become images, and what was found in them.
 * Loaded once somebody wants that.
 *
 * @typedef {import('./given.js').Chosen} Chosen
 * @typedef {import('./making.js').Wanted} Making
 */

/**
 * @param {{ session: import('../session.js').Session, trainer: import('../trainer.js').Trainer, settings:
 *   import('../settings.js').Settings, load: (given: import('./given.js').Given) => Promise<boolean>, onSettings: () =>
 *   void }} parts `settings`: changed in place; `load`: loads pictures, and resolves with whether they are loaded
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
    onArchive: take,
    onMaking: remake,
    onTune: onSettings,
  });
  const found = createFound({ session, settings, onBalance: onSettings });
  createAtOnce({ session, trainer, settings });

  function makingNow() {
    const { base, size, colour, crop } = settings;
    return { base, size, colour, crop };
  }

  /** @param {Chosen} next */
  async function use(next) {
    const making = makingNow();
    chosen = next;
    if (await load(given(next, makingOf(making), t('source.pictures')))) loaded = { chosen: next, making };
    else if (chosen === next && session.data.state !== 'loading') giveBack();
  }

  /** After pictures that are not loaded, those before count; what was refused, as for its size, can be tried again. */
  function giveBack() {
    const { state, info } = session.data;
    if (state === 'failed' || info?.source !== 'pictures' || !loaded) return;
    chosen = loaded.chosen;
    Object.assign(settings, loaded.making);
    source.show();
    onSettings();
  }

  /** The pictures become other images. */
  function remake() {
    onSettings();
    if (chosen) use(chosen);
  }

  /** @param {File} archive */
  function take(archive) {
    goTo('data');
    return use(archiveOf(archive));
  }

  /**
   * Reads folders that were dropped.
   * @param {import('../incoming.js').Dropped} dropped
   * @param {import('../views/intake.js').Watch} watch
   * @returns {Promise<import('../views/intake.js').Read>}
   */
  async function read(dropped, watch) {
    const { placed, loose, lost, areClasses } = await walk(dropped, watch);
    if (!areClasses) return { files: [...loose, ...placed.map(({ file }) => file)], load: null };
    const loadClasses = () => {
      goTo('data');
      return use(folderOf(placed, lost));
    };
    return { files: loose, load: loadClasses };
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
