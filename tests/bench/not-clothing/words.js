/** Text that fills documents and screens. */

/** @typedef {import('./random.js').Random} Random */

const WORDS =
  'the of and to in is was for on that with as by at from his her not but are this which or had have an they one you ' +
  'were all we when there can more if out so said what up its about into than them only other new some could time ' +
  'these two may then do first any my now such like our over man me even most made after also did many before must ' +
  'through years where much your way well down should because each just those people how too little state good very ' +
  'make world still own see men work long get here between both life being under never day same another know while ' +
  'last might us great old year off come since against go came right used take three morning river station letter ' +
  'window harbour garden engine question evening mountain paper market history number winter account delivery';
const FOREIGN = [
  'der Hafen war leer und über dem Wasser lag noch Nebel als die ersten Boote zurück kamen',
  'никто не знал почему поезд остановился среди поля и долго стоял в темноте без огней',
  'το πλοίο έφυγε νωρίς το πρωί και κανείς δεν το είδε πια στην ακτή του νησιού',
  '今天 早上 我们 坐 火车 去 了 海边 的 小镇 天气 很 好 海水 是 蓝色 的 我们 走 了 很久',
];

/** @param {Random} random @returns {() => string} words of one language */
export function language(random) {
  const words = (random.happens(0.7) ? WORDS : random.pick(FOREIGN)).split(' ');
  return () => random.pick(words);
}

/** @param {string} text */
export const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** @param {Random} random @param {() => string} word @param {number} count */
export const sentence = (random, word, count) => `${capital(random.times(count, word).join(' '))}.`;

/**
 * Writes lines that fill a width.
 * @param {import('./canvas.js').Context} context with a font
 * @param {Random} random
 * @param {() => string} word
 * @param {{ x: number, y: number, width: number, bottom: number, line: number, indent?: number }} box
 */
export function paragraph(context, random, word, { x, y, width, bottom, line, indent = 0 }) {
  const space = context.measureText(' ').width;
  let left = random.whole(25, 90); // words until the paragraph ends
  let start = indent;
  for (; y < bottom; y += line) {
    let at = x + start;
    let sentenceStarts = start > 0;
    start = 0;
    for (; left > 0; left--) {
      const text =
        (sentenceStarts ? capital(word()) : word()) + (random.happens(0.1) ? random.pick(['.', ',', ';']) : '');
      const long = context.measureText(text).width;
      if (at + long > x + width) break;
      context.fillText(text, at, y);
      at += long + space;
      sentenceStarts = text.endsWith('.');
    }
    if (left > 0) continue;
    left = random.whole(25, 90);
    start = indent;
    if (!indent) y += line * 0.6;
  }
  return y;
}

/** @param {Random} random @param {number} digits */
export const digits = (random, digits) => random.times(digits, () => random.whole(0, 9)).join('');

/** @param {Random} random @param {number} most */
export const amount = (random, most) =>
  (most * random.next() ** 2 + 1).toFixed(2).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
