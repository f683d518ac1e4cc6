import { byId, el, goTo } from '../dom.js';
import { addStyles } from '../styles.js';
import { createAlbum } from './album.js';
import { createGallery } from './gallery.js';
import { createInsight } from './insight.js';
import { createPhotoClient } from './photo-client.js';
import { garmentButtons, hangGarments } from './rail.js';
import { createModelChoice } from './model-choice.js';
import { createResult } from './result.js';
import { createSources } from './sources.js';
import { styles } from './section-styles.js';

/**
 * The "Try it" section: classifies the user's own pictures. Loaded after the page itself.
 * @param {{ session: import('../session.js').Session, trainer: import('../trainer.js').Trainer,
 *   language: Promise<void>, onChosen: (files: File[]) => void, onProject: (placed:
 *   import('./folders.js').Placed[]) => void }} parts `language`: resolves once the page has its texts, and so its
 *   height; `onProject`: pictures are to be learned from, in folders of their classes
 */
export function createTry({ session, trainer, language, onChosen, onProject }) {
  const client = createPhotoClient();
  const album = createAlbum(client);
  const sources = createSources({ onChosen, onPictures: add });
  const choice = createModelChoice({ album, client, session, trainer });
  const result = createResult(album);
  const insight = createInsight(client);
  const gallery = createGallery(album, {
    onSelect: () => result.element.scrollIntoView({ block: 'nearest' }),
    onProject,
  });

  const work = el(
    'div',
    { className: 'photo-work' },
    el('div', { className: 'photo-detail' }, result.element, insight.element),
    gallery.element,
  );
  const besides = () => work.classList.toggle('many', album.items.length > 1);
  album.on('item', besides);
  album.on('removed', besides);

  /** @param {File[]} files */
  function add(files) {
    album.add(files);
    language.then(() => goTo('try', { part: result.element }));
  }

  function showInsight() {
    const item = album.selected;
    const ready = item?.state === 'ready' && item.found;
    insight.show(
      ready ? { pixels: ready.pixels, subject: ready.asking, classIndex: item.predicted, model: album.model } : null,
    );
  }
  album.on('selected', showInsight);
  album.on('model', insight.forgetLayers);

  hangGarments(garmentButtons(album, add));
  addStyles(...styles);
  byId('try-body').replaceChildren(el('div', { className: 'try-head' }, sources.element, choice.element), work);
  /** Has the model of the tab answer, and goes there. */
  function askTrained() {
    goTo('try', { smooth: choice.askTrained() });
  }

  return {
    add,
    answerWith: choice.answerWith,
    askTrained,
    /** Buttons that add a garment's picture without going there. */
    garments: () => garmentButtons(album, album.add),
    /** @param {(item: import('./album.js').Item | null) => void} listener told of the picture, now and later */
    onPicture(listener) {
      album.on('selected', listener);
      listener(album.selected);
    },
    answered: client
      .ask('warmUp', {})
      .catch(() => {})
      .then(album.idle),
  };
}

/** @typedef {ReturnType<typeof createTry>} Try */
