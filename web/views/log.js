import { byId } from '../dom.js';
import { NONE } from '../i18n/index.js';

const SLACK = 60; // px from the end within which the log keeps following

/** The verbose text of training, line by line; a progress bar replaces its own line. */
export function createLog() {
  const box = byId('log');
  let replaceable = false;

  /** @param {Text} node */
  function append(node) {
    const atBottom = box.scrollHeight - box.scrollTop - box.clientHeight < SLACK;
    box.append(node);
    if (atBottom) box.scrollTop = box.scrollHeight;
  }

  return {
    /** @param {{ text: string, replace: boolean }} line */
    write({ text, replace }) {
      const said = text.replace(/(?<=: )(nan|-?inf)\b/g, NONE); // as everywhere on the page
      const line = said.endsWith('\n') ? said : `${said}\n`;
      if (replace && replaceable) /** @type {Text} */ (box.lastChild).data = line;
      else append(document.createTextNode(line));
      replaceable = replace;
    },
    clear() {
      box.replaceChildren();
      replaceable = false;
    },
  };
}
