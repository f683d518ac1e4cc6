/**
 * A text's key as the built dictionaries have it: two or three letters, which saves a kilobyte a visit.
 * @param {string} key
 */
export function shortKey(key) {
  let number = 0;
  for (const letter of key) number = (number * 31 + letter.charCodeAt(0)) % 36 ** 3;
  return number.toString(36);
}
