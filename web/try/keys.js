/** Keys are known by what they write where that is Latin, and by their place on layouts of other scripts. */

/**
 * Ctrl+Z or ⌘Z, whatever the layout, and with caps lock on; with Shift it would be “redo”.
 * @param {KeyboardEvent} event
 */
export function isUndo({ key, code, ctrlKey, metaKey, altKey, shiftKey }) {
  if (!(ctrlKey || metaKey) || altKey || shiftKey) return false;
  return /^[!-~\p{Script=Latin}]$/u.test(key) ? key.toLowerCase() === 'z' : code === 'KeyZ';
}
