import { byId, el, setText } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';
import { onFilesChosen } from '../incoming.js';
import { FIELDS } from '../settings.js';
import { createControl } from '../views/field.js';
import { makingOf } from './making.js';

/**
 * The ways in, a folder or files, and how pictures become images.
 *
 * @typedef {import('./given.js').Placed} Placed
 * @typedef {keyof import('./making.js').Wanted | 'tune'} Name
 */

const NAMES = /** @type {const} */ (['base', 'tune', 'crop', 'size', 'colour']);
const AT_ONCE = 2000; // files that are copied from a list before the page may do something else

/** How a choice is called. @type {Record<string, (value: string) => string>} */
const CALLED = {
  size: (value) => (value === 'same' ? t('size.same') : t('size.side', { side: value })),
  crop: (value) => t(`crop.${value}`),
};

/**
 * @param {{ settings: import('../settings.js').Settings, bases: import('./bases.js').Bases, onFolder: (files: Placed[])
 *   => void, onFiles: (files: File[]) => void, onMaking: () => void, onTune: () => void }} parts `settings`: changed in
 *   place; `onFiles`: told of an archive, tables or IDX files; `onMaking`: told when pictures are to become other
 *   images; `onTune`: when only training changes
 */
export function createSource({ settings, bases, onFolder, onFiles, onMaking, onTune }) {
  const { folder, archive } = createInputs('dataset', { onFolder, onFiles });
  const [chooseFolder, chooseArchive] = [folder, archive].map((input) =>
    el('button', { type: 'button', onclick: () => input.click() }),
  );
  // systems without folders, as phones, have none to choose
  const [first, input] = 'webkitdirectory' in folder ? [chooseFolder, folder] : [chooseArchive, archive];
  chooseFolder.hidden = first !== chooseFolder;
  const hint = el('p', { className: 'quiet' });
  const fields = NAMES.map(createField);
  const baseHint = el('p', { className: 'quiet', id: 'own-base-hint' });
  const group = el('fieldset', {}, el('div', { className: 'own-making' }, ...fields.map(({ node }) => node)), baseHint);
  byId('own-source').append(
    el('p', { className: 'own-ways' }, folder, archive, chooseFolder, chooseArchive),
    hint,
    group,
  );

  /** @param {Name} name */
  function createField(name) {
    const field = FIELDS[name];
    const text = el('span');
    const made = createControl(field, {
      value: settings[name],
      testid: `settings-${field.key}`,
      describedBy: name === 'base' || name === 'tune' ? 'own-base-hint' : 'own-hint',
      nameOf: name === 'base' ? bases.nameOf : CALLED[name],
      onValue: (value) => {
        Object.assign(settings, { [name]: value }, name === 'base' && bases.makingOf(String(value)));
        renderMaking();
        if (name === 'tune') onTune();
        else onMaking();
      },
      onInvalid: () => {},
    });
    const parts = field.flag ? [made.control, text] : [text, made.control];
    return { name, ...made, text, node: el('label', { className: field.flag ? 'field check' : 'field' }, ...parts) };
  }

  /** What follows from another choice is shown, and cannot be chosen. */
  function renderMaking() {
    const shown = { ...settings, ...makingOf(settings) };
    const begins = settings.base !== 'none';
    const cut = shown.crop === 'cutout';
    const fixed = { base: false, tune: false, crop: begins, size: begins || cut, colour: begins || cut };
    for (const { name, node, control, show } of fields) {
      show(shown[name]);
      control.disabled = fixed[name];
      node.hidden = name === 'tune' && !begins;
    }
  }

  function render() {
    setText(chooseFolder, t('own.folder'));
    setText(chooseArchive, t('own.archive'));
    setText(hint, t('own.hint'));
    setText(baseHint, t('own.base-hint'));
    for (const { name, text, relabel } of fields) {
      setText(text, t(`settings.${name}`));
      relabel();
    }
  }

  /** Offers the saved models, which may have changed. */
  async function offerBases() {
    await bases.look();
    const { control } = fields[NAMES.indexOf('base')];
    const wanted = new Set([...(FIELDS.base.values ?? []), ...bases.values, settings.base]);
    for (const option of [.../** @type {HTMLSelectElement} */ (control).options])
      if (!wanted.delete(option.value)) option.remove();
    control.append(...Array.from(wanted, (value) => el('option', { value }))); // those that are not listed yet
    render();
    renderMaking();
  }

  hint.id = 'own-hint';
  renderMaking();
  onLanguage(render);
  offerBases();
  group.addEventListener('pointerenter', offerBases);
  group.addEventListener('focusin', offerBases);

  return {
    node: byId('own-source'),
    /** Opens the browser's own window. */
    choose: () => input.click(),
    /** Shows the settings as they are. */
    show: renderMaking,
    /** Whether pictures have to become images; what comes as pixels is an image already. @param {boolean} offered */
    offerMaking: (offered) => (group.hidden = !offered),
    /** @param {boolean} locked */
    lock(locked) {
      for (const control of [chooseFolder, chooseArchive, folder, archive, group]) control.disabled = locked;
    },
  };
}

/**
 * @param {string} name
 * @param {{ onFolder: (files: Placed[]) => void, onFiles: (files: File[]) => void }} parts
 */
function createInputs(name, { onFolder, onFiles }) {
  const folder = el('input', { type: 'file', multiple: true, hidden: true, 'data-testid': `${name}-folder` });
  folder.webkitdirectory = true;
  const archive = el('input', { type: 'file', multiple: true, hidden: true, 'data-testid': `${name}-zip` });
  folder.addEventListener('change', async () => {
    const files = await placed(folder.files);
    folder.value = ''; // so that the same folder can be chosen again
    if (files.length > 0) onFolder(files);
  });
  onFilesChosen(archive, onFiles);
  return { folder, archive };
}

/** What adds to the pictures that are loaded. @param {Parameters<typeof createInputs>[1]} parts */
export function createAdding(parts) {
  const { folder, archive } = createInputs('adding', parts);
  byId('own-source').append(folder, archive);
  return { folder: () => folder.click(), archive: () => archive.click() };
}

/** Copies a list, which may be long, a part at a time. @param {FileList | null} list @returns {Promise<Placed[]>} */
async function placed(list) {
  /** @type {Placed[]} */
  const files = [];
  for (let i = 0; i < (list?.length ?? 0); i++) {
    const file = /** @type {FileList} */ (list)[i];
    files.push({ path: file.webkitRelativePath || file.name, file });
    if (files.length % AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  return files;
}
