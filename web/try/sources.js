import { byId, el, setText } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';
import { ACCEPTED, onFilesChosen } from '../incoming.js';
import { createCamera } from './camera.js';
import { createDrawing } from './drawing.js';

/**
 * Where pictures come from: files that are chosen, the camera, a drawing.
 * @param {{ onChosen: (files: File[]) => void, onPictures: (files: File[]) => void }} takers `onChosen`: of files,
 *   whatever they are
 */
export function createSources({ onChosen, onPictures }) {
  const input = el('input', {
    type: 'file',
    multiple: true,
    accept: ACCEPTED.pictures,
    className: 'visually-hidden',
    id: 'photo-input',
    'data-testid': 'photo-input',
  });
  const choose = el('label', { className: 'button primary', htmlFor: 'photo-input' });
  const hint = el('p', { className: 'quiet' });
  const panels = { camera: createCamera(onPictures), draw: createDrawing(onPictures) };
  const buttons = /** @type {const} */ (['camera', 'draw']).map((name) => {
    const button = el('button', {
      type: 'button',
      'data-testid': `photo-${name}`,
      ariaExpanded: 'false',
      onclick: () => toggle(name),
    });
    return { name, button };
  });
  const element = el(
    'div',
    { className: 'photo-sources' },
    el('p', { className: 'photo-tools' }, input, choose, ...buttons.map(({ button }) => button)),
    hint,
    panels.camera.element,
    panels.draw.element,
  );

  /** One panel at a time. @param {'camera' | 'draw'} name */
  function toggle(name) {
    const opening = panels[name].element.hidden;
    for (const panel of Object.values(panels)) panel.close();
    if (opening) panels[name].open();
    renderButtons();
  }

  function renderButtons() {
    for (const { name, button } of buttons) button.ariaExpanded = String(!panels[name].element.hidden);
  }
  new MutationObserver(renderButtons).observe(element, { subtree: true, attributeFilter: ['hidden'] });

  onFilesChosen(input, onChosen);

  function render() {
    setText(byId('try-note'), t('try.note'));
    setText(choose, t('try.choose'));
    setText(hint, t('try.hint'));
    for (const { name, button } of buttons) setText(button, t(`try.${name}`));
  }
  onLanguage(render);
  return { element, render };
}
