import { el, oneAtATime, setText } from '../dom.js';
import { download } from '../download.js';
import { count, megabytes, onLanguage, t } from '../i18n/index.js';
import { createTool, createTools } from './tool.js';

/**
 * The project as a whole: its name, whether it is saved, undo, and taking it along.
 *
 * @typedef {import('./findings.js').Findings} Findings
 * @typedef {import('./saver.js').Saved} Saved
 */

/**
 * @param {{ session: import('../session.js').Session, change: import('./index.js').Changer, addFolder: () => void,
 *   addArchive: () => void, pack: (onProgress: (progress: import('../session.js').LoadProgress) => void) =>
 *   Promise<{ name: string, file: Blob }> }} parts
 */
export function createProjectBar({ session, change, addFolder, addArchive, pack }) {
  const title = el('input', { type: 'text', dir: 'auto', maxLength: 100, 'data-testid': 'project-title' });
  const titleText = el('span');
  const undo = createTool('project-undo', () => change({ kind: 'undo' }));
  const folder = createTool('project-add-folder', addFolder);
  const archive = createTool('project-add-archive', addArchive);
  const save = createTool('project-pack', oneAtATime(takeAlong));
  const status = el('p', { className: 'quiet', role: 'status', 'data-testid': 'project-saved' });
  const problem = el('p', { className: 'error', role: 'alert', 'data-testid': 'project-problem' });
  const label = el('label', { className: 'field' }, titleText, title);
  const tools = createTools(label, folder, archive, save, undo);
  /** @type {Findings | null} */
  let findings = null;
  /** @type {Saved | null} */
  let saved = null;
  /** How far packing is. @type {import('../session.js').LoadProgress | null} */
  let packing = null;
  let said = '';

  async function takeAlong() {
    say('');
    try {
      const { name, file } = await pack((progress) => {
        packing = progress;
        render();
      });
      download(`${name}.zip`, file, file.type);
    } catch (error) {
      say(t('project.pack-failed', { reason: /** @type {Error} */ (error).message }));
    }
    packing = null;
    render();
  }

  /** @param {string} text */
  function say(text) {
    said = text;
    setText(problem, said);
    problem.hidden = said === '';
  }

  function savedText() {
    if (packing) return t('project.packing', { loaded: count(packing.loaded), total: count(packing.total) });
    if (!saved) return t('project.saving');
    if (saved.state === 'saved') return t('project.saved', { size: megabytes(saved.bytes) });
    if (saved.needed === undefined) return t(`project.unsaved-${saved.reason === 'full' ? 'full' : 'refused'}`);
    return t('project.no-room', { needed: megabytes(saved.needed), free: megabytes(saved.free ?? 0) });
  }

  function render() {
    const last = findings?.project?.undo;
    setText(titleText, t('project.title'));
    for (const [button, key] of /** @type {const} */ ([
      [folder, 'add-folder'],
      [archive, 'add-archive'],
      [save, 'pack'],
    ]))
      setText(button, t(`project.${key}`));
    undo.hidden = !last;
    if (last) setText(undo, t(`undo.${last.kind}`, { ...last, count: count(last.count ?? 0) }));
    setText(status, savedText());
    status.dataset.state = saved?.state ?? 'saving';
  }

  let asked = 0;
  async function follow() {
    const mine = ++asked;
    saved = null;
    render();
    const answer = await session.call('saved', {}).catch(() => null);
    if (mine !== asked) return;
    saved = answer;
    render();
  }

  title.addEventListener('change', () => change({ kind: 'title', title: title.value.trim() || t('source.pictures') }));
  onLanguage(render);
  problem.hidden = true;

  const node = el('div', { className: 'own-project' }, tools, status, problem);

  return {
    node,
    say,
    follow,
    /** @param {Findings} next */
    show(next) {
      findings = next;
      node.hidden = !next.project;
      if (!next.project) return;
      if (document.activeElement !== title) title.value = next.project.title;
      follow();
    },
    /** @param {boolean} locked */
    lock: (locked) => (tools.disabled = locked),
  };
}
