import { el, setText } from '../dom.js';
import { isolated } from '../i18n/bidi.js';
import { count, megabytes, onLanguage, t } from '../i18n/index.js';
import { createTool } from './tool.js';

/**
 * The projects that are saved in this browser, except the loaded one.
 *
 * @typedef {import('./desk.js').Kept} Kept
 */

const UNDO_WITHIN = 10_000; // ms; if the page is closed before, nothing is deleted

/**
 * @param {{ session: import('../session.js').Session, open: (id: string) => unknown, loaded: () => string }} parts
 *   `loaded`: the id of the loaded project
 */
export function createProjectList({ session, open, loaded }) {
  const title = el('h3');
  const list = el('ul', { className: 'own-projects', role: 'list', 'data-testid': 'projects' });
  const node = el('div', { hidden: true }, title, list);
  /** @type {Kept[]} */
  let kept = [];
  /** What is to be deleted. @type {Map<string, ReturnType<typeof setTimeout>>} */
  const going = new Map();
  let isLocked = false;

  async function look() {
    kept = await session.call('projects', {}).catch(() => []);
    render();
  }

  /** @param {string} id */
  function remove(id) {
    going.set(
      id,
      setTimeout(async () => {
        await session.call('forget', { id }).catch(() => false);
        going.delete(id);
        look();
      }, UNDO_WITHIN),
    );
    render();
  }

  /** @param {string} id */
  function bringBack(id) {
    clearTimeout(going.get(id));
    going.delete(id);
    render();
  }

  /** @param {Kept} project */
  function item({ id, title: name, classes, pictures, bytes, savedAt }) {
    const facts = [
      t('projects.classes', { count: count(classes) }),
      t('projects.pictures', { count: count(pictures) }),
      megabytes(bytes),
      new Date(savedAt).toLocaleDateString(document.documentElement.lang, { dateStyle: 'medium' }),
    ].join(' · ');
    /** @param {string} key @param {() => unknown} act */
    const tool = (key, act) => {
      const button = createTool(`projects-${key}`, act, t(`projects.${key}`));
      button.ariaLabel = `${button.textContent}: ${isolated(name)}`;
      return button;
    };
    const isGoing = going.has(id);
    const opening = tool('open', () => open(id));
    opening.disabled = isLocked;
    return el(
      'li',
      {},
      el('span', { dir: 'auto' }, name),
      el('span', { className: 'quiet', role: 'status' }, isGoing ? t('projects.deleted') : facts),
      el(
        'span',
        { className: 'own-tools' },
        ...(isGoing ? [tool('undo', () => bringBack(id))] : [opening, tool('delete', () => remove(id))]),
      ),
    );
  }

  function render() {
    const others = kept.filter(({ id }) => id !== loaded());
    node.hidden = others.length === 0;
    setText(title, t('projects.title'));
    list.replaceChildren(...others.map(item));
  }

  onLanguage(render);

  return {
    node,
    look,
    /** @param {boolean} locked */
    lock(locked) {
      isLocked = locked;
      render();
    },
  };
}
