import { inflateSync } from 'node:zlib';

/**
 * The contents of the pages of a PDF made by Chromium, as far as tests need them: positions of text, pictures and
 * filled or drawn shapes, in points from the upper left corner, and their colours. It knows the few operators that
 * Chromium writes.
 *
 * @typedef {{ left: number, top: number, right: number, bottom: number }} Box
 * @typedef {Box & { colour: string }} Mark colour: 'rrggbb'
 * @typedef {{ width: number, height: number, texts: Mark[], pictures: Box[], shapes: Mark[] }} PdfPage
 * @typedef {number[]} Matrix [a, b, c, d, e, f]
 * @typedef {{ matrix: Matrix, colour: string }} State
 */

/** @param {Matrix} m @param {Matrix} n @returns {Matrix} first `n`, then `m` */
const times = ([a, b, c, d, e, f], [g, h, i, j, k, l]) => [
  a * g + c * h,
  b * g + d * h,
  a * i + c * j,
  b * i + d * j,
  a * k + c * l + e,
  b * k + d * l + f,
];

/** @param {Matrix} m @param {[number, number][]} points @returns {Box} */
function boxOf([a, b, c, d, e, f], points) {
  const xs = points.map(([x, y]) => a * x + c * y + e);
  const ys = points.map(([x, y]) => b * x + d * y + f);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** @param {number} x @param {number} y @param {number} width @param {number} height @returns {[number, number][]} */
const corners = (x, y, width, height) => [
  [x, y],
  [x + width, y],
  [x, y + height],
  [x + width, y + height],
];

/** Objects by their numbers. @param {Buffer} file */
function objectsOf(file) {
  const text = file.toString('latin1');
  return new Map(
    Array.from(text.matchAll(/(\d+) 0 obj\n([^]*?)\nendobj/g), ([, number, body]) => {
      const at = body.indexOf('stream\n');
      const head = at < 0 ? body : body.slice(0, at);
      const bytes = Buffer.from(body.slice(at + 7, at + 7 + Number(/\/Length (\d+)/.exec(head)?.[1])), 'latin1');
      const content = at < 0 ? '' : (/FlateDecode/.test(head) ? inflateSync(bytes) : bytes).toString('latin1');
      return [number, { head, content }];
    }),
  );
}

/** @param {number[]} shares */
const colourOf = (shares) =>
  shares
    .map((share) =>
      Math.round(share * 255)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('');

/**
 * @param {string} content
 * @param {Matrix} start
 * @param {Map<string, string>} drawn names and headers of the objects that are drawn as a whole
 * @param {PdfPage} page
 */
function interpret(content, start, drawn, page) {
  /** @type {State} */
  let state = { matrix: start, colour: '000000' };
  /** @type {State[]} */
  const saved = [];
  /** @type {[number, number][]} */
  let path = [];
  let [line, size, from, at] = [start, 0, 0, 0];
  /** @type {any[]} */
  let operands = [];

  const paint = () => {
    if (path.length > 0) page.shapes.push({ ...boxOf(state.matrix, path), colour: state.colour });
    path = [];
  };
  /** Up to the beginning of the last letter. */
  const endText = () =>
    page.texts.push({
      ...boxOf(times(state.matrix, line), corners(from, -0.2 * size, Math.max(at, 0.2 * size) - from, 0.9 * size)),
      colour: state.colour,
    });

  /** @type {Record<string, (...operands: any[]) => void>} */
  const operators = {
    q: () => saved.push({ ...state }),
    Q: () => (state = saved.pop() ?? state),
    cm: (...matrix) => (state.matrix = times(state.matrix, matrix)),
    rg: (...colour) => (state.colour = colourOf(colour)),
    m: (x, y) => (path = [...path, [x, y]]),
    l: (x, y) => path.push([x, y]),
    c: (_a, _b, _c, _d, x, y) => path.push([x, y]),
    re: (x, y, width, height) => path.push(...corners(x, y, width, height)),
    f: paint,
    'f*': paint,
    S: paint,
    B: paint,
    n: () => (path = []),
    Tf: (_, points) => (size = points),
    Tm: (...matrix) => ([line, from, at] = [matrix, 0, 0]),
    Td: (x) => (at += x),
    ET: endText,
    Do: (name) => {
      const head = drawn.get(name) ?? '';
      const box = /\/BBox \[([^\]]*)\]/.exec(head)?.[1].trim().split(/\s+/).map(Number);
      page.pictures.push(
        boxOf(state.matrix, box ? corners(box[0], box[1], box[2] - box[0], box[3] - box[1]) : corners(0, 0, 1, 1)),
      );
    },
  };

  for (const [word] of content.matchAll(/<<[^]*?>>|<[^>]*>|\([^)]*\)|\[[^\]]*\]|[^\s<>()[\]]+/g)) {
    const number = Number(word);
    if (Number.isFinite(number)) operands.push(number);
    else if (word in operators) {
      operators[word](...operands);
      operands = [];
    } else if (/^[<([]/.test(word)) operands.push(word);
    else operands = word.startsWith('/') ? [word.slice(1)] : [];
  }
}

/** Whether two boxes overlap by more than a hair's breadth. @param {Box} a @param {Box} b */
const meet = (a, b) =>
  Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
  Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;

/** @param {Box} a @param {Box} b */
const holds = (a, b) =>
  a.left <= b.left + 1 && a.top <= b.top + 1 && a.right >= b.right - 1 && a.bottom >= b.bottom - 1;

/**
 * Text that lies on other text or on a picture, and pictures that lie on others, except layers of one picture.
 * @param {PdfPage} page
 * @returns {[Box, Box][]}
 */
export function overprints({ texts, pictures }) {
  const same = (/** @type {Box} */ a, /** @type {Box} */ b) => holds(a, b) && holds(b, a);
  const pairs = (/** @type {Box[]} */ boxes) =>
    boxes.flatMap((a, i) => boxes.slice(0, i).map((b) => /** @type {[Box, Box]} */ ([a, b])));
  return [
    ...pairs(texts).filter(([a, b]) => meet(a, b) && !same(a, b)),
    ...pairs(pictures).filter(([a, b]) => meet(a, b) && !holds(a, b) && !holds(b, a)),
    ...texts.flatMap((a) => pictures.map((b) => /** @type {[Box, Box]} */ ([a, b]))).filter(([a, b]) => meet(a, b)),
  ];
}

/** @param {Buffer} file @returns {PdfPage[]} */
export function readPdf(file) {
  const objects = objectsOf(file);
  const ofNumber = (/** @type {string} */ number) => objects.get(number) ?? { head: '', content: '' };
  return [...objects.values()]
    .filter(({ head }) => /\/Type \/Page\b/.test(head))
    .map(({ head }) => {
      const [, , width, height] = (/\/MediaBox \[([^\]]*)\]/.exec(head)?.[1] ?? '').split(' ').map(Number);
      const drawn = new Map(
        Array.from(
          (/\/XObject <<([^]*?)>>/.exec(head)?.[1] ?? '').matchAll(/\/(\w+) (\d+) 0 R/g),
          ([, name, number]) => [name, ofNumber(number).head],
        ),
      );
      /** @type {PdfPage} */
      const page = { width, height, texts: [], pictures: [], shapes: [] };
      interpret(ofNumber(/\/Contents (\d+)/.exec(head)?.[1] ?? '').content, [1, 0, 0, -1, 0, height], drawn, page);
      return page;
    });
}
