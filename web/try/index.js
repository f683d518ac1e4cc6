import { byId, el, goTo } from '../dom.js';
import { addStyles } from '../styles.js';
import { createAlbum } from './album.js';
import { createGallery } from './gallery.js';
import { createInsight } from './insight.js';
import { createPhotoClient } from './photo-client.js';
import { createModelChoice } from './model-choice.js';
import { createResult } from './result.js';
import { createSources } from './sources.js';
import { styles } from './section-styles.js';

/**
 * The section where people's own pictures are told apart. It comes once the page stands.
 * @param {{ session: import('../session.js').Session, trainer: import('../trainer.js').Trainer, language:
 *   Promise<void>,
 *   onChosen: (files: File[]) => void }} parts `language`: when the page has its words, and so its
 *   height; `onChosen`: told of files that were chosen
 */
export function createTry({ session, trainer, language, onChosen }) {
  const client = createPhotoClient();
  const album = createAlbum(client);
  const sources = createSources({ onChosen, onPictures: add });
  const choice = createModelChoice({ album, client, session, trainer });
  const result = createResult(album);
  const insight = createInsight({ ask: askAboutSelected });
  const gallery = createGallery(album);

  /** @param {string} method @param {any} args @param {{ signal?: AbortSignal }} [options] */
  function askAboutSelected(method, args, options) {
    return client.ask(method, { model: album.model, pixels: album.selected?.found?.pixels, ...args }, options);
  }

  /** @param {File[]} files */
  function add(files) {
    album.add(files);
    language.then(() => goTo('try'));
  }

  function showInsight() {
    const item = album.selected;
    const ready = item?.state === 'ready' && item.found;
    insight.show(ready ? { pixels: ready.pixels, classIndex: item.predicted, model: album.model } : null);
  }
  album.on('selected', showInsight);
  album.on('model', insight.forgetLayers);

  addStyles(...styles);
  byId('try-body').replaceChildren(
    el('div', { className: 'try-head' }, sources.element, choice.element),
    result.element,
    insight.element,
    gallery.element,
  );
  return {
    add,
    answered: client
      .ask('warmUp')
      .catch(() => {})
      .then(album.idle),
  };
}
