/** What is on screens. */
import { css, curve, fill, gradient, hsl, mix } from './canvas.js';
import { amount, capital, digits, language, paragraph, sentence } from './words.js';

/** @typedef {import('./canvas.js').Point} Point */

const KEYWORDS = ['const', 'return', 'if', 'for', 'while', 'else', 'import', 'export', 'await', 'let', 'function'];

/** @type {import('./canvas.js').Draw} */
function codeEditor(context, { width, height }, random) {
  const word = language(random);
  const ground = hsl(random.between(0.55, 0.75), random.between(0, 0.35), random.between(0.06, 0.17));
  const ink = mix(ground, [0.95, 0.95, 0.95], 0.8);
  const colours = random.times(5, () => css(hsl(random.next(), random.between(0.4, 0.9), random.between(0.6, 0.8))));
  fill(context, css(ground));
  const size = random.between(10, 17);
  const line = size * 1.5;
  const side = random.happens(0.6) ? width * random.between(0.15, 0.27) : 0;
  fill(context, css(mix(ground, [1, 1, 1], 0.05)), [0, 0, side, height]);
  fill(context, css(mix(ground, [1, 1, 1], 0.09)), [0, 0, width, line * 1.4]);
  context.font = `${size * 0.9}px sans-serif`;
  context.fillStyle = css(ink, 0.75);
  for (let x = side + 10; x < width; x += size * 9) context.fillText(`${word()}.js`, x, line);
  for (let y = line * 2.6; side && y < height; y += line)
    if (random.happens(0.85))
      context.fillText(`${random.pick(['▸', ' ', '▾'])} ${word()}`, 8 + size * random.whole(0, 2), y);
  context.font = `${size}px monospace`;
  const letter = context.measureText('m').width;
  let indent = 0;
  const [marked, first] = [random.whole(4, 20), random.whole(1, 400)];
  for (let row = 0, y = line * 2.6; y < height; row++, y += line) {
    if (row === marked) fill(context, css(mix(ground, [1, 1, 1], 0.08)), [side, y - size, width, line]);
    context.fillStyle = css(mix(ground, ink, 0.4));
    context.fillText(String(first + row).padStart(4), side, y);
    let x = side + letter * (6 + 2 * indent);
    if (random.happens(0.12)) continue;
    const count = random.whole(1, 6);
    for (let i = 0; i < count; i++) {
      const isKeyword = i === 0 && random.happens(0.5);
      const text = isKeyword
        ? random.pick(KEYWORDS)
        : random.pick([word(), `${word()}.${word()}(`, `'${word()}'`, '=', '=>', digits(random, 2), '{', ')']);
      context.fillStyle = isKeyword ? colours[0] : random.happens(0.5) ? css(ink) : random.pick(colours);
      context.fillText(text, x, y);
      x += letter * (text.length + 1);
    }
    indent = Math.max(0, Math.min(6, indent + random.whole(-1, 1)));
  }
  fill(context, colours[1], [0, height - line, width, line]);
}

/**
 * A picture in a page: sky over land.
 * @param {import('./canvas.js').Context} context
 * @param {import('./canvas.js').Random} random
 * @param {number[]} box
 */
function image(context, random, [x, y, width, height]) {
  const hue = random.next();
  const sky = gradient(
    context,
    [x, y],
    [x, y + height],
    [
      [0, css(hsl(hue, 0.5, 0.6))],
      [1, css(hsl(hue + 0.1, 0.6, 0.85))],
    ],
  );
  fill(context, sky, [x, y, width, height]);
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  for (let layer = 0; layer < 3; layer++) {
    context.fillStyle = css(hsl(hue + 0.3, 0.3, 0.5 - 0.13 * layer));
    context.beginPath();
    context.moveTo(x, y + height);
    for (let i = 0; i <= 8; i++)
      context.lineTo(x + (i * width) / 8, y + height * (0.5 + 0.15 * layer + random.between(-0.12, 0.12)));
    context.lineTo(x + width, y + height);
    context.fill();
  }
  context.restore();
}

/** @type {import('./canvas.js').Draw} */
function webPage(context, { width, height }, random) {
  const word = language(random);
  const isDark = random.happens(0.25);
  const [ground, ink] = isDark ? ['#15181d', '#d8dce2'] : ['#ffffff', '#20242a'];
  const accent = css(hsl(random.next(), random.between(0.4, 0.9), 0.45));
  const font = random.pick(['sans-serif', 'serif', 'system-ui']);
  fill(context, ground);
  fill(context, random.happens(0.5) ? accent : isDark ? '#222831' : '#f1f2f4', [0, 0, width, 46]);
  context.fillStyle = random.happens(0.5) ? '#fff' : '#889';
  context.font = `bold 18px ${font}`;
  context.fillText(capital(word()), 16, 29);
  context.font = `12px ${font}`;
  for (let x = 130; x < width - 60; x += 78) context.fillText(capital(word()), x, 28);
  let y = 46;
  if (random.happens(0.6)) {
    const tall = height * random.between(0.2, 0.38);
    image(context, random, [0, y, width, tall]);
    y += tall;
    context.fillStyle = '#fff';
    context.font = `bold ${width / 17}px ${font}`;
    context.fillText(capital(random.times(3, word).join(' ')), 24, y - tall / 2);
  }
  const columns = random.whole(1, Math.max(1, Math.round(width / 190)));
  const [gap, each] = [18, (width - 18 * (columns + 1)) / columns];
  for (let column = 0; column < columns; column++) {
    const x = gap + column * (each + gap);
    let at = y + 24;
    while (at < height) {
      if (random.happens(0.5)) {
        image(context, random, [x, at, each, each * 0.56]);
        at += each * 0.56 + 24;
      }
      context.fillStyle = random.happens(0.4) ? accent : ink;
      context.font = `bold 17px ${font}`;
      context.save();
      context.beginPath();
      context.rect(x, 0, each, height);
      context.clip();
      context.fillText(capital(random.times(4, word).join(' ')), x, at);
      context.restore();
      context.fillStyle = ink;
      context.font = `12.5px ${font}`;
      at =
        paragraph(context, random, word, {
          x,
          y: at + 22,
          width: each,
          bottom: Math.min(height, at + random.between(60, 220)),
          line: 18,
        }) + 12;
      if (random.happens(0.3)) {
        fill(context, accent, [x, at, 92, 28]);
        context.fillStyle = '#fff';
        context.fillText(capital(word()), x + 14, at + 18);
        at += 54;
      }
    }
  }
}

/** @type {import('./canvas.js').Draw} */
function spreadsheet(context, { width, height }, random) {
  const word = language(random);
  fill(context, '#fff');
  const [cell, row, top] = [random.between(62, 110), random.between(19, 27), random.between(40, 90)];
  fill(context, random.pick(['#217346', '#f3f3f3', '#1a73e8', '#e8eaed']), [0, 0, width, top]);
  context.font = `${row * 0.52}px sans-serif`;
  context.textBaseline = 'middle';
  context.fillStyle = '#999';
  for (let x = 14; x < width; x += 40) context.fillRect(x, top - 32, random.between(12, 28), 14);
  fill(context, '#e9eaec', [0, top, width, row]);
  fill(context, '#e9eaec', [0, top, 36, height]);
  const kinds = random.times(20, () => random.pick(['words', 'amounts', 'amounts', 'dates', 'shares', 'none']));
  const tinted = random.times(20, () => (random.happens(0.12) ? css(hsl(random.next(), 0.7, 0.88)) : ''));
  const until = random.whole(8, 60);
  for (let r = 0, y = top; y < height; r++, y += row)
    for (let c = 0, x = 36; x < width; c++, x += cell) {
      if (r > 0 && tinted[c]) fill(context, tinted[c], [x, y, cell, row]);
      context.strokeStyle = '#d0d2d5';
      context.strokeRect(Math.round(x) + 0.5, Math.round(y) + 0.5, cell, row);
      context.fillStyle = '#222';
      const [kind, minus] = [kinds[c % 20], random.happens(0.2)];
      const text = {
        words: word(),
        amounts: `${minus ? '-' : ''}${amount(random, 20000)}`,
        dates: `20${digits(random, 2)}-0${random.whole(1, 9)}-${random.whole(10, 28)}`,
        shares: `${digits(random, 2)} %`,
        none: '',
      }[kind];
      const shown = r === 0 ? String.fromCharCode(65 + c) : r === 1 ? capital(word()) : r < until ? (text ?? '') : '';
      if (minus && kind === 'amounts' && r > 1) context.fillStyle = '#c22';
      context.textAlign = r > 1 && kind !== 'words' ? 'right' : 'left';
      context.fillText(shown.slice(0, 12), context.textAlign === 'right' ? x + cell - 5 : x + 5, y + row / 2);
      if (c === 0 && r > 0) {
        context.fillStyle = '#555';
        context.textAlign = 'right';
        context.fillText(String(r), 30, y + row / 2);
      }
    }
  context.strokeStyle = '#1a73e8';
  context.lineWidth = 2;
  context.strokeRect(
    36 + cell * random.whole(0, 3),
    top + row * random.whole(2, 9),
    cell * random.whole(1, 2),
    row * random.whole(1, 4),
  );
}

/** @type {import('./canvas.js').Draw} */
function chat(context, { width, height }, random) {
  const word = language(random);
  const isDark = random.happens(0.4);
  fill(context, isDark ? '#10151a' : random.pick(['#ffffff', '#e9e1d8', '#eef2f5']));
  const [mine, theirs] = [
    css(hsl(random.pick([0.33, 0.58, 0.75]), 0.6, isDark ? 0.28 : 0.82)),
    isDark ? '#262d34' : '#f4f5f7',
  ];
  const size = random.between(12, 17);
  let y = 70;
  while (y < height - 70) {
    const isMine = random.happens(0.5);
    const lines = random.whole(1, 4);
    const wide = width * random.between(0.3, 0.66);
    const tall = lines * size * 1.4 + size;
    const x = isMine ? width - wide - 14 : 54;
    context.fillStyle = isMine ? mine : theirs;
    context.beginPath();
    context.roundRect(x, y, wide, tall, size);
    context.fill();
    context.fillStyle = isDark ? '#e6e9ec' : '#1d2126';
    context.font = `${size}px sans-serif`;
    context.save();
    context.beginPath();
    context.rect(x, y, wide - 10, tall);
    context.clip();
    for (let line = 0; line < lines; line++)
      context.fillText(
        sentence(random, word, 9).slice(0, line === lines - 1 ? 12 : 99),
        x + size * 0.8,
        y + size * (1.4 + 1.4 * line),
      );
    context.restore();
    if (!isMine) {
      context.fillStyle = css(hsl(random.next(), 0.4, 0.6));
      context.beginPath();
      context.arc(28, y + tall - 16, 16, 0, 7);
      context.fill();
      context.fillStyle = '#fff';
      context.fillText(capital(word())[0], 23, y + tall - 11);
    }
    y += tall + random.between(6, 22);
  }
  const bar = isDark ? '#1f272f' : '#fafafa';
  fill(context, bar, [0, 0, width, 54]);
  fill(context, bar, [0, height - 56, width, 56]);
  context.fillStyle = isDark ? '#fff' : '#111';
  context.font = 'bold 16px sans-serif';
  context.fillText(`${capital(word())} ${capital(word())}`, 66, 33);
  context.strokeStyle = '#98a';
  context.beginPath();
  context.roundRect(16, height - 46, width - 76, 36, 18);
  context.stroke();
  context.lineWidth = 3;
  curve(
    context,
    /** @type {Point[]} */ ([
      [26, 18],
      [17, 27],
      [17, 27],
      [26, 36],
    ]),
  );
  context.stroke();
}

/** @type {import('./canvas.js').Kind[]} */
export const SCREENS = [
  { name: 'code-editor', draw: codeEditor, finish: 'screenshot' },
  { name: 'web-page', draw: webPage, finish: 'screenshot' },
  { name: 'spreadsheet', draw: spreadsheet, finish: 'screenshot' },
  { name: 'chat', draw: chat, finish: 'screenshot' },
];
