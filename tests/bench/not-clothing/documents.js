/** Documents on paper. */
import { blank, css, curve, fill, hsl, mix } from './canvas.js';
import { HEIGHT, paper, present, WIDTH } from './paper.js';
import { amount, capital, digits, language, paragraph, sentence } from './words.js';

/** @typedef {import('./canvas.js').Context} Context */
/** @typedef {import('./canvas.js').Point} Point */
/** @typedef {import('./random.js').Random} Random */

const FONTS = ['serif', 'sans-serif', 'monospace'];

/** @param {Context} sheet @param {Random} random @param {() => string} word */
function letterhead(sheet, random, word) {
  const colour = css(hsl(random.next(), random.between(0, 0.8), 0.35));
  sheet.fillStyle = colour;
  const shape = random.whole(0, 2);
  sheet.beginPath();
  if (shape === 0) sheet.arc(84, 82, 26, 0, 7);
  else if (shape === 1) sheet.rect(58, 58, 50, 44);
  else
    for (const [x, y] of [
      [58, 106],
      [84, 54],
      [112, 106],
    ])
      sheet.lineTo(x, y);
  sheet.fill();
  sheet.font = `bold 26px ${random.pick(FONTS)}`;
  sheet.fillText(`${capital(word())} & ${capital(word())}`, 126, 92);
  if (random.happens(0.5)) fill(sheet, colour, [56, 122, WIDTH - 112, 2]);
  sheet.fillStyle = '#222';
  sheet.font = `11px ${random.pick(FONTS)}`;
  for (let i = 0; i < 4; i++)
    sheet.fillText(`${capital(word())} ${word()} ${digits(random, random.whole(2, 5))}`, 430, 150 + 15 * i);
  for (let i = 0; i < 3; i++) sheet.fillText(`${capital(word())} ${capital(word())}`, 60, 172 + 16 * i);
}

/** @type {import('./canvas.js').Draw} */
function invoice(context, _, random) {
  const [sheet, word] = [paper(random), language(random)];
  letterhead(sheet, random, word);
  const font = random.pick(FONTS);
  sheet.font = `bold 22px ${font}`;
  sheet.fillText(`Invoice ${digits(random, 6)}`, 60, 272);
  const [rows, line, accent] = [
    random.whole(4, 14),
    random.between(24, 30),
    css(hsl(random.next(), 0.4, random.between(0.3, 0.85))),
  ];
  fill(sheet, accent, [56, 296, WIDTH - 112, line]);
  sheet.textBaseline = 'middle';
  for (let i = 0; i <= rows; i++) {
    const y = 296 + line * (i + 0.5);
    if (i % 2 === 0 && i > 0 && random.happens(0.9))
      fill(sheet, 'rgb(0 0 0 / 0.05)', [56, y - line / 2, WIDTH - 112, line]);
    sheet.fillStyle = '#1c1c1c';
    sheet.font = `${i ? '' : 'bold '}12px ${font}`;
    sheet.textAlign = 'left';
    sheet.fillText(i ? String(i) : 'No.', 64, y);
    sheet.fillText(i ? capital(random.times(random.whole(1, 4), word).join(' ')) : 'Description', 100, y);
    sheet.textAlign = 'right';
    [390, 470, 552].forEach((x, column) =>
      sheet.fillText(
        i ? (column ? amount(random, 900) : String(random.whole(1, 30))) : ['Quantity', 'Price', 'Total'][column],
        x,
        y,
      ),
    );
  }
  const end = 296 + line * (rows + 1);
  fill(sheet, '#222', [380, end + 8, 184, 1.5]);
  sheet.font = `bold 14px ${font}`;
  sheet.fillText(`Total  ${amount(random, 9000)}`, 552, end + 28);
  sheet.textAlign = 'left';
  sheet.font = `11px ${font}`;
  for (let i = 0; i < 3; i++) sheet.fillText(sentence(random, word, random.whole(5, 11)), 60, end + 70 + 17 * i);
  if (random.happens(0.3)) stamp(sheet, random);
  present(context, random, sheet);
}

/** @param {Context} sheet @param {Random} random */
function stamp(sheet, random) {
  sheet.save();
  sheet.translate(random.between(200, 480), random.between(620, 780));
  sheet.rotate(random.normal() * 0.3);
  sheet.strokeStyle = sheet.fillStyle = random.pick(['#b5263699', '#2b3f9a99']);
  sheet.lineWidth = 4;
  sheet.strokeRect(-80, -28, 160, 56);
  sheet.font = 'bold 34px sans-serif';
  sheet.textAlign = 'center';
  sheet.textBaseline = 'middle';
  sheet.fillText(random.pick(['PAID', 'COPY', 'FINAL', 'VOID']), 0, 2);
  sheet.restore();
}

/** @type {import('./canvas.js').Draw} */
function letter(context, _, random) {
  const [sheet, word] = [paper(random), language(random)];
  letterhead(sheet, random, word);
  const size = random.between(11, 15);
  sheet.font = `${size}px ${random.pick(FONTS)}`;
  sheet.fillText(`${capital(word())} ${random.whole(1, 28)} ${word()} 20${digits(random, 2)}`, 60, 270);
  sheet.fillText(`Dear ${capital(word())} ${capital(word())},`, 60, 310);
  paragraph(sheet, random, word, {
    x: 60,
    y: 345,
    width: WIDTH - 120,
    bottom: random.between(560, 730),
    line: size * 1.5,
  });
  sheet.fillText('Yours sincerely,', 60, 760);
  sheet.strokeStyle = random.pick(['#1b2a6b', '#222']);
  sheet.lineWidth = 1.8;
  curve(sheet, scribble(random, 60, 805, 11, 150));
  sheet.stroke();
  present(context, random, sheet);
}

/** @type {import('./canvas.js').Draw} */
function bookPage(context, _, random) {
  const word = language(random);
  const pages = random.whole(1, 2);
  const sheet = blank(560 * pages, 800);
  const tint = hsl(random.between(0.08, 0.14), random.between(0.1, 0.5), random.between(0.84, 0.95));
  fill(sheet, css(tint));
  const font = random.happens(0.8) ? 'serif' : 'sans-serif';
  const size = random.between(13, 19);
  for (let page = 0; page < pages; page++) {
    const x = 560 * page + 64;
    sheet.fillStyle = '#26221d';
    sheet.font = `italic ${size * 0.8}px ${font}`;
    sheet.textAlign = 'center';
    sheet.fillText(capital(random.times(3, word).join(' ')), x + 216, 54);
    sheet.fillText(String(random.whole(2, 480)), x + 216, 765);
    sheet.textAlign = 'left';
    let y = 96;
    if (random.happens(0.35)) {
      sheet.font = `bold ${size * 1.9}px ${font}`;
      sheet.fillText(`${random.whole(1, 30)}  ${capital(word())} ${word()}`, x, 150);
      y = 220;
    }
    sheet.font = `${size}px ${font}`;
    paragraph(sheet, random, word, {
      x,
      y,
      width: 432,
      bottom: 735,
      line: size * random.between(1.3, 1.55),
      indent: 22,
    });
    const [from, to] = page === 0 && pages === 2 ? [560, 420] : [560 * page, 560 * page + 140];
    const shade = sheet.createLinearGradient(from, 0, to, 0);
    shade.addColorStop(0, `rgb(40 25 10 / ${pages === 2 ? 0.55 : 0.3})`);
    shade.addColorStop(1, 'rgb(40 25 10 / 0)');
    fill(sheet, shade, [560 * page, 0, 560, 800]);
  }
  present(context, random, sheet);
}

/**
 * A word's worth of loops.
 * @param {Random} random
 * @param {number} x
 * @param {number} y
 * @param {number} height
 * @param {number} width
 * @returns {Point[]}
 */
function scribble(random, x, y, height, width) {
  /** @type {Point[]} */
  const points = [[x, y]];
  const stride = height * 0.42;
  for (let at = x; at < x + width; at += stride * random.between(0.8, 1.6)) {
    const tall = random.happens(0.22) ? random.between(1.9, 2.5) : 1;
    const deep = random.happens(0.14) ? random.between(0.7, 1.2) : 0;
    const lean = 0.3 * height * tall;
    const loop = random.pick([-0.5, 0.15, 0.35]) * stride;
    points.push(
      [at + lean * 0.5, y - (height * tall) / 2],
      [at + lean, y - height * tall],
      [at + lean - loop, y - height * tall * 0.95],
    );
    points.push(
      [at + stride * 0.5 - 0.4 * height * deep, y + height * deep + random.normal()],
      [at + stride * 0.7, y - random.between(-1, 2)],
    );
  }
  return points;
}

/** @type {import('./canvas.js').Draw} */
function handwriting(context, _, random) {
  const sheet = paper(random);
  const [line, ruled] = [random.between(28, 44), random.pick(['lines', 'squares', ''])];
  sheet.strokeStyle = 'rgb(80 120 190 / 0.35)';
  sheet.lineWidth = 1;
  const gap = ruled === 'squares' ? line / 2 : line;
  for (let y = 70; ruled && y < HEIGHT; y += gap) {
    sheet.strokeRect(-2, y, WIDTH + 4, 0);
    if (ruled === 'squares') sheet.strokeRect((y - 70) % WIDTH, -2, 0, HEIGHT + 4);
  }
  if (ruled === 'lines' && random.happens(0.5)) fill(sheet, 'rgb(210 60 70 / 0.5)', [58, 0, 1.5, HEIGHT]);
  const height = line * random.between(0.24, 0.34);
  sheet.strokeStyle = css(
    mix(
      random.pick([
        [0.08, 0.12, 0.45],
        [0.1, 0.1, 0.1],
        [0.35, 0.35, 0.38],
      ]),
      [0.2, 0.2, 0.3],
      random.next(),
    ),
  );
  sheet.lineWidth = random.between(1.1, 2.4);
  sheet.lineJoin = sheet.lineCap = 'round';
  const [slope, last] = [random.normal() * 0.012, random.between(400, 840)];
  for (let y = 70 + line; y < last; y += line)
    for (let x = 70 + random.between(0, 10), end = random.between(430, 560); x < end; ) {
      const width = Math.min(height * random.between(1, 6), 580 - x);
      curve(sheet, scribble(random, x, y - 3 + slope * x, height, width));
      sheet.stroke();
      x += width + height * random.between(1, 1.7);
    }
  present(context, random, sheet);
}

/** @type {import('./canvas.js').Kind[]} */
export const DOCUMENTS = [
  { name: 'invoice', draw: invoice },
  { name: 'letter', draw: letter },
  { name: 'book-page', draw: bookPage },
  { name: 'handwriting', draw: handwriting },
];
