import { byId } from '../dom.js';

/** The verbose text of training, line by line; a progress bar replaces its own line. */
export function createLog() {
  const box = byId('log');
  let replaceable = false;

  /** @param {Text} node */
  function append(node) {
    const atBottom = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
    box.append(node);
    if (atBottom) box.scrollTop = box.scrollHeight;
  }

  return {
    /** @param {{ text: string, replace: boolean }} line */
    write({ text, replace }) {
      const line = text.endsWith('\n') ? text : `${text}\n`;
      if (replace && replaceable) box.lastChild.data = line;
      else append(document.createTextNode(line));
      replaceable = replace;
    },
    clear() {
      box.replaceChildren();
      replaceable = false;
    },
  };
}
