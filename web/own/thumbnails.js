import { blankCanvas, paint, pictureAt } from '../views/pictures.js';

/**
 * Images of the dataset as small pictures. They are asked for together, once they have been placed.
 *
 * @typedef {import('./findings.js').Place} Place
 */

/** @param {import('../session.js').Session} session */
export function createThumbnails(session) {
  /** @type {Map<string, HTMLCanvasElement>} by place: a change of language draws nothing again */
  let canvases = new Map();
  /** @type {{ place: Place, canvas: HTMLCanvasElement }[]} */
  let wanted = [];

  /** @param {Place} place */
  function made(place) {
    const canvas = blankCanvas(session.subject);
    wanted.push({ place, canvas });
    return canvas;
  }

  /**
   * The picture at a place; the same one each time, unless `another` is wanted.
   * @param {Place | null} place
   * @param {boolean} [another]
   */
  function of(place, another = false) {
    if (!place) return blankCanvas(session.subject);
    if (another) return made(place);
    const key = `${place.split} ${place.index}`;
    const canvas = canvases.get(key) ?? made(place);
    canvases.set(key, canvas);
    return canvas;
  }

  /** Draws those that have been placed since. */
  async function load() {
    const { subject } = session;
    const asked = wanted;
    wanted = [];
    for (const split of new Set(asked.map(({ place }) => place.split))) {
      const some = asked.filter(({ place }) => place.split === split);
      const { pixels } = await session.pictures(
        split,
        some.map(({ place }) => place.index),
      );
      if (subject !== session.subject) return; // of other pictures
      some.forEach(({ canvas }, i) => paint(canvas, pictureAt(pixels, i, subject), subject));
    }
  }

  return {
    of,
    load,
    forget() {
      canvases = new Map();
      wanted = [];
    },
  };
}
