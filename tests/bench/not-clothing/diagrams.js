/** Drawings made by rule: charts, maps, codes, circuits, floor plans, logos. */
import { blank, css, fill, hsl, mix, trace } from './canvas.js';
import { fractal, hash } from './random.js';
import { present } from './documents.js';
import { capital, digits, language } from './words.js';

/** @typedef {import('./canvas.js').Context} Context */
/** @typedef {import('./canvas.js').Random} Random */
/** @typedef {import('./canvas.js').Point} Point */

/** Colours that go together. @param {Random} random @param {number} count */
function palette(random, count) {
  const [hue, spread] = [random.next(), random.between(0.05, 1)];
  const [saturation, lightness] = [random.between(0.3, 0.8), random.between(0.4, 0.65)];
  return random.times(count, (i) => css(hsl(hue + (spread * i) / count, saturation, lightness)));
}

/** @param {Context} context @param {Random} random @param {(plot: { left: number, top: number, width: number, height: number, colours: string[], word: () => string }) => void} draw */
function chart(context, random, draw) {
  const { width, height } = context.canvas;
  const word = language(random);
  const isDark = random.chance(0.2);
  fill(context, isDark ? '#171b22' : random.pick(['#fff', '#fff', '#f7f5f0']));
  context.fillStyle = context.strokeStyle = isDark ? '#ccd' : '#333';
  context.font = `bold ${width / 24}px ${random.pick(['serif', 'sans-serif'])}`;
  context.fillText(capital(random.times(random.whole(2, 4), word).join(' ')), width * 0.08, height * 0.08);
  context.font = `${Math.max(9, width / 45)}px sans-serif`;
  draw({ left: width * 0.11, top: height * 0.14, width: width * 0.82, height: height * 0.72, colours: palette(random, 8), word });
}

/** @param {Context} context @param {Random} random @param {{ left: number, top: number, width: number, height: number, word: () => string }} plot */
function axes(context, random, { left, top, width, height, word }) {
  const [lines, unit] = [random.whole(3, 8), random.pick([1, 5, 10, 20, 250])];
  context.lineWidth = 1;
  for (let i = 0; i <= lines; i++) {
    const y = top + height - (i * height) / lines;
    context.save();
    context.globalAlpha = i ? 0.25 : 1;
    context.strokeRect(left, Math.round(y) + 0.5, width, 0);
    context.restore();
    context.textAlign = 'right';
    context.fillText(String(i * unit), left - 6, y + 4);
  }
  context.textAlign = 'center';
  for (let i = 0; i < 5; i++) context.fillText(word(), left + ((i + 0.5) * width) / 5, top + height + 18);
}

/** @type {import('./canvas.js').Draw} */
const barChart = (context, _, random) =>
  chart(context, random, (plot) => {
    axes(context, random, plot);
    const { left, top, width, height, colours } = plot;
    const [count, series] = [random.whole(4, 14), random.whole(1, 3)];
    const each = width / count;
    const bend = random.between(0.3, 2);
    for (let i = 0; i < count; i++)
      for (let s = 0; s < series; s++) {
        const tall = height * random.between(0.08, 0.95) ** bend;
        fill(context, colours[s], [left + each * (i + 0.12 + (0.76 * s) / series), top + height - tall, (0.74 * each) / series, tall]);
      }
  });

/** @type {import('./canvas.js').Draw} */
const lineChart = (context, _, random) =>
  chart(context, random, (plot) => {
    axes(context, random, plot);
    const { left, top, width, height, colours } = plot;
    const [count, dots, filled] = [random.whole(8, 120), random.chance(0.4), random.chance(0.3)];
    for (let s = 0; s < random.whole(1, 5); s++) {
      let level = random.between(0.2, 0.8);
      const rough = random.between(0.01, 0.12);
      const points = /** @type {Point[]} */ (
        random.times(count, (i) => {
          level = Math.min(0.98, Math.max(0.02, level + rough * random.normal()));
          return [left + (i * width) / (count - 1), top + height * (1 - level)];
        })
      );
      context.strokeStyle = context.fillStyle = colours[s];
      context.lineWidth = random.between(1.2, 3.5);
      trace(context, points, false);
      context.stroke();
      if (dots) for (const [x, y] of points) fill(context, colours[s], [x - 3, y - 3, 6, 6]);
      if (!filled) continue;
      context.globalAlpha = 0.25;
      trace(context, [...points, [left + width, top + height], [left, top + height]]);
      context.fill();
      context.globalAlpha = 1;
    }
  });

/** @type {import('./canvas.js').Draw} */
const pieChart = (context, _, random) =>
  chart(context, random, ({ left, top, width, height, colours, word }) => {
    const shares = random.times(random.whole(3, 8), () => random.between(0.2, 1));
    const [sum, ink] = [shares.reduce((a, b) => a + b), context.fillStyle];
    const [x, y, radius] = [left + width * 0.42, top + height * 0.46, Math.min(width, height) * 0.42];
    let angle = random.between(0, 6);
    shares.forEach((share, i) => {
      const next = angle + (2 * Math.PI * share) / sum;
      context.beginPath();
      context.moveTo(x, y);
      context.arc(x, y, radius, angle, next);
      context.fillStyle = colours[i];
      context.fill();
      context.strokeStyle = '#fff';
      context.lineWidth = 2;
      context.stroke();
      const middle = (angle + next) / 2;
      context.fillStyle = ink;
      context.textAlign = 'center';
      context.fillText(`${word()} ${Math.round((100 * share) / sum)} %`, x + 1.16 * radius * Math.cos(middle), y + 1.12 * radius * Math.sin(middle));
      angle = next;
    });
    if (!random.chance(0.4)) return;
    context.fillStyle = '#fff';
    context.beginPath();
    context.arc(x, y, radius * random.between(0.4, 0.65), 0, 7);
    context.fill();
  });

/** @type {import('./canvas.js').Draw} */
function map(context, { width, height }, random) {
  const [land, water, green] = [random.pick(['#f2efe9', '#e8e6df', '#202733']), random.pick(['#aad3df', '#9cc0f9']), '#c8dfae'];
  fill(context, land);
  const word = language(random);
  for (let i = 0; i < 5; i++) fill(context, green, [random.between(-80, width), random.between(-80, height), random.between(40, 190), random.between(40, 170)]);
  context.translate(width / 2, height / 2);
  context.rotate(random.between(0, 3));
  const reach = width + height;
  const [block, seed] = [random.between(34, 80), random.whole(0, 999)];
  for (let x = -reach / 2; x < reach / 2; x += block)
    for (let y = -reach / 2; y < reach / 2; y += block * 0.7)
      if (hash(x | 0, y | 0, seed) < 0.7) fill(context, '#0000000f', [x + 5, y + 5, block * random.between(0.3, 0.8), block * random.between(0.2, 0.5)]);
  const road = (/** @type {number} */ at, /** @type {boolean} */ across, /** @type {number} */ wide, /** @type {string} */ colour) => {
    const points = /** @type {Point[]} */ (
      random.times(14, (i) => {
        const [along, off] = [(i / 13 - 0.5) * reach, at + 26 * fractal(i * 0.35, at, seed, 2)];
        return across ? [along, off] : [off, along];
      })
    );
    for (const [line, style] of /** @type {[number, string][]} */ ([[wide + 2, '#b9b3a7'], [wide, colour]])) {
      context.lineWidth = line;
      context.strokeStyle = style;
      trace(context, points, false);
      context.stroke();
    }
  };
  for (let at = -reach / 2; at < reach / 2; at += block) if (random.chance(0.85)) road(at, true, random.between(3, 7), '#fff');
  for (let at = -reach / 2; at < reach / 2; at += block * random.between(0.8, 1.6)) road(at, false, random.between(3, 7), '#fff');
  road(random.between(-90, 90), true, 24, water);
  for (let i = 0; i < 3; i++) road(random.between(-200, 200), random.chance(0.5), random.between(9, 14), random.pick(['#f9b29c', '#fcd6a4', '#f7fabf']));
  context.fillStyle = '#555';
  context.font = '12px sans-serif';
  for (let i = 0; i < 22; i++) context.fillText(capital(word()), random.between(-reach / 3, reach / 3), random.between(-reach / 3, reach / 3));
  context.resetTransform();
  const [x, y] = [width * random.between(0.3, 0.7), height * random.between(0.3, 0.6)];
  context.fillStyle = '#d93025';
  context.beginPath();
  context.arc(x, y, 13, Math.PI * 0.85, Math.PI * 0.15);
  context.lineTo(x, y + 34);
  context.fill();
}

/** @type {import('./canvas.js').Draw} */
function codes(context, _, random) {
  const sheet = blank(500, 500);
  fill(sheet, '#fbfbf8');
  if (random.chance(0.5)) {
    const [count, seed] = [random.pick([21, 25, 29, 37, 45]), random.whole(0, 1e6)];
    const cell = 400 / count;
    const finder = (/** @type {number} */ i, /** @type {number} */ j) => {
      const ring = Math.max(Math.abs(i - 3), Math.abs(j - 3));
      return ring > 4 ? -1 : Number(ring !== 2 && ring !== 4);
    };
    for (let i = 0; i < count; i++)
      for (let j = 0; j < count; j++) {
        const corner = Math.max(finder(i, j), finder(count - 1 - i, j), finder(i, count - 1 - j));
        if (corner > 0 || (corner < 0 && hash(i, j, seed) < 0.48)) fill(sheet, '#111', [50 + i * cell, 50 + j * cell, cell + 0.4, cell + 0.4]);
      }
  } else {
    for (let x = 50; x < 450; ) {
      const bar = 3.2 * random.whole(1, 4);
      fill(sheet, '#111', [x, 110, Math.min(bar, 450 - x), 230]);
      x += bar + 3.2 * random.whole(1, 3);
    }
    sheet.font = '34px monospace';
    sheet.fillStyle = '#111';
    sheet.fillText(digits(random, 13).split('').join(' ').slice(0, 19), 54, 384);
  }
  present(context, random, sheet);
}

/** @type {import('./canvas.js').Draw} */
function circuit(context, { width, height }, random) {
  const isBoard = random.chance(0.5);
  const [ground, ink] = isBoard ? [hsl(random.pick([0.38, 0.4, 0.6, 0]), 0.6, 0.2), '#c9b46a'] : [/** @type {import('./canvas.js').Colour} */ ([1, 1, 0.98]), '#223'];
  fill(context, css(ground));
  const cell = random.between(16, 26);
  const [columns, rows] = [Math.ceil(width / cell), Math.ceil(height / cell)];
  context.strokeStyle = isBoard ? css(mix(ground, [1, 1, 0.6], 0.3)) : ink;
  context.lineWidth = isBoard ? cell / 5 : 1.6;
  context.lineJoin = 'round';
  for (let i = 0; i < (isBoard ? 90 : 45); i++) {
    let [x, y] = [random.whole(0, columns), random.whole(0, rows)];
    const points = /** @type {Point[]} */ ([[x * cell, y * cell]]);
    for (let turn = 0; turn < 3; turn++) {
      const [dx, dy] = random.pick(isBoard ? [[1, 0], [0, 1], [1, 1], [1, -1]] : [[1, 0], [0, 1]]);
      const long = random.whole(2, 8) * random.pick([-1, 1]);
      [x, y] = [x + dx * long, y + dy * long];
      points.push([x * cell, y * cell]);
    }
    trace(context, points, false);
    context.stroke();
    context.fillStyle = ink;
    for (const [px, py] of [points[0], points[3]]) {
      context.beginPath();
      context.arc(px, py, isBoard ? cell / 3.5 : 3, 0, 7);
      context.fill();
    }
  }
  for (let i = 0; i < 18; i++) {
    const [x, y] = [random.whole(1, columns) * cell, random.whole(1, rows) * cell];
    const [a, b] = [random.whole(1, 5) * cell, random.whole(1, 4) * cell];
    if (isBoard) {
      for (let pin = 0; pin < a - 4; pin += cell / 2) fill(context, '#d8d8d0', [x + pin, y - 6, cell / 4, b + 12]);
      fill(context, random.pick(['#15161a', '#1b1c20', '#7a6a4a', '#8a9099']), [x - 3, y, a, b]);
    } else {
      fill(context, '#fffefa', [x, y - 9, a, 18]);
      context.strokeRect(x, y - 9, a, 18);
    }
    context.fillStyle = isBoard ? '#e8e8e8' : ink;
    context.font = '11px monospace';
    context.fillText(`${random.pick(['R', 'C', 'U', 'Q', 'D'])}${digits(random, 2)}`, x + 2, y + (isBoard ? b / 2 + 4 : -13));
  }
}

/** @type {import('./canvas.js').Draw} */
function floorPlan(context, _, random) {
  const sheet = blank(760, 600);
  fill(sheet, random.pick(['#fff', '#f4f1e8', '#123a6b']));
  const isBlue = sheet.fillStyle === '#123a6b';
  sheet.strokeStyle = sheet.fillStyle = isBlue ? '#e8f0ff' : '#222';
  sheet.lineWidth = 7;
  const word = language(random);
  /** @param {number} x @param {number} y @param {number} width @param {number} height @param {number} depth */
  const divide = (x, y, width, height, depth) => {
    if (depth === 0 || Math.min(width, height) < 110) {
      sheet.lineWidth = 7;
      sheet.strokeRect(x, y, width, height);
      sheet.font = '15px sans-serif';
      sheet.fillText(capital(word()), x + width / 2 - 26, y + height / 2);
      sheet.font = '11px sans-serif';
      sheet.fillText(`${(width * height * 4e-4).toFixed(1)} m²`, x + width / 2 - 26, y + height / 2 + 17);
      sheet.lineWidth = 1.3;
      sheet.save();
      sheet.beginPath();
      sheet.moveTo(x, y + height - 44);
      sheet.arc(x, y + height - 8, 36, -Math.PI / 2, 0);
      sheet.lineTo(x, y + height - 8);
      sheet.stroke();
      for (let i = 0; i < 3; i++) sheet.strokeRect(x + random.between(12, width - 60), y + random.between(10, height - 50), random.between(16, 50), random.between(14, 40));
      sheet.restore();
      return;
    }
    const share = random.between(0.35, 0.65);
    if (width > height) {
      divide(x, y, width * share, height, depth - 1);
      divide(x + width * share, y, width * (1 - share), height, depth - 1);
    } else {
      divide(x, y, width, height * share, depth - 1);
      divide(x, y + height * share, width, height * (1 - share), depth - 1);
    }
  };
  divide(50, 50, 660, 490, random.whole(2, 4));
  present(context, random, sheet);
}

/** @type {import('./canvas.js').Draw} */
function logo(context, { width, height }, random) {
  const colours = palette(random, 3);
  fill(context, random.pick(['#fff', '#fff', '#111', css(hsl(random.next(), 0.6, 0.5))]));
  const [x, y, radius] = [width / 2, height * 0.43, Math.min(width, height) * random.between(0.18, 0.3)];
  const [arms, turn] = [random.whole(3, 9), random.between(0, 6)];
  const kind = random.whole(0, 3);
  for (let i = 0; i < arms; i++) {
    const angle = turn + (2 * Math.PI * i) / arms;
    const [u, v] = [Math.cos(angle), Math.sin(angle)];
    context.fillStyle = context.strokeStyle = colours[i % 3];
    context.globalAlpha = 0.88;
    context.beginPath();
    if (kind === 0) context.ellipse(x + 0.5 * radius * u, y + 0.5 * radius * v, radius * 0.5, radius * 0.22, angle, 0, 7);
    else if (kind === 1) context.arc(x + 0.45 * radius * u, y + 0.45 * radius * v, radius * 0.5, 0, 7);
    else if (kind === 2) for (const [r, off] of [[1, -0.2], [1, 0.2], [0.2, 0]]) context.lineTo(x + r * radius * Math.cos(angle + off * 2), y + r * radius * Math.sin(angle + off * 2));
    else context.rect(x + radius * (i / arms - 0.5) * 1.6, y + radius * (0.6 - random.between(0.3, 1.4)), radius / arms, radius * 0.9);
    context.fill();
  }
  context.globalAlpha = 1;
  context.fillStyle = colours[0];
  context.textAlign = 'center';
  context.font = `${random.pick(['', 'bold ', 'italic bold '])}${width / 9}px ${random.pick(['serif', 'sans-serif', 'monospace'])}`;
  context.fillText(capital(language(random)()), x, y + radius * 1.75);
}

/** @type {import('./canvas.js').Kind[]} */
export const DIAGRAMS = [
  { name: 'bar-chart', draw: barChart, finish: 'screenshot' },
  { name: 'line-chart', draw: lineChart, finish: 'screenshot' },
  { name: 'pie-chart', draw: pieChart, finish: 'screenshot' },
  { name: 'map', draw: map, finish: 'screenshot' },
  { name: 'code', draw: codes },
  { name: 'circuit', draw: circuit },
  { name: 'floor-plan', draw: floorPlan },
  { name: 'logo', draw: logo, finish: 'screenshot' },
];
