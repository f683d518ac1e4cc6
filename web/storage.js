/** What the page remembers between visits; nothing if the browser refuses storage. */

/** @param {string} key @returns {string | null} */
export function recall(key) {
  try {
    return localStorage.getItem(`fitting-room.${key}`);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} value */
export function remember(key, value) {
  try {
    localStorage.setItem(`fitting-room.${key}`, value);
  } catch {
    // private windows may refuse
  }
}
