/**
 * A name that nothing has yet: “a.png”, “a (2).png” and so on.
 * @param {string} stem
 * @param {string} ending
 * @param {(name: string) => boolean} isTaken
 */
export function freeName(stem, ending, isTaken) {
  let free = stem + ending;
  for (let n = 2; isTaken(free); n++) free = `${stem} (${n})${ending}`;
  return free;
}
