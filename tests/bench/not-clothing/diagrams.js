/** Drawings made by rule: maps, codes, circuits, floor plans, logos. */
import { blank, css, fill, hsl, mix, trace } from './canvas.js';
import { palette } from './charts.js';
import { present } from './paper.js';
import { fractal, hash } from './random.js';
import { capital, digits, language } from './words.js';

/** @typedef {import('./canvas.js').Point} Point */

/** @type {import('./canvas.js').Draw} */
function map(context, { width, height }, random) {
  const [land, water, green] = [
    random.pick(['#f2efe9', '#e8e6df', '#202733']),
    random.pick(['#aad3df', '#9cc0f9']),
    '#c8dfae',
  ];
  fill(context, land);
  const word = language(random);
  for (let i = 0; i < 5; i++)
    fill(context, green, [
      random.between(-80, width),
      random.between(-80, height),
      random.between(40, 190),
      random.between(40, 170),
    ]);
  context.translate(width / 2, height / 2);
  context.rotate(random.between(0, 3));
  const reach = width + height;
  const [block, seed] = [random.between(34, 80), random.whole(0, 999)];
  for (let x = -reach / 2; x < reach / 2; x += block)
    for (let y = -reach / 2; y < reach / 2; y += block * 0.7)
      if (hash(x | 0, y | 0, seed) < 0.7)
        fill(context, '#0000000f', [x + 5, y + 5, block * random.between(0.3, 0.8), block * random.between(0.2, 0.5)]);
  const road = (
    /** @type {number} */ at,
    /** @type {boolean} */ across,
    /** @type {number} */ wide,
    /** @type {string} */ colour,
  ) => {
    const points = /** @type {Point[]} */ (
      random.times(14, (i) => {
        const [along, off] = [(i / 13 - 0.5) * reach, at + 26 * fractal(i * 0.35, at, seed, 2)];
        return across ? [along, off] : [off, along];
      })
    );
    for (const [line, style] of /** @type {[number, string][]} */ ([
      [wide + 2, '#b9b3a7'],
      [wide, colour],
    ])) {
      context.lineWidth = line;
      context.strokeStyle = style;
      trace(context, points, false);
      context.stroke();
    }
  };
  for (let at = -reach / 2; at < reach / 2; at += block)
    if (random.happens(0.85)) road(at, true, random.between(3, 7), '#fff');
  for (let at = -reach / 2; at < reach / 2; at += block * random.between(0.8, 1.6))
    road(at, false, random.between(3, 7), '#fff');
  road(random.between(-90, 90), true, 24, water);
  for (let i = 0; i < 3; i++)
    road(
      random.between(-200, 200),
      random.happens(0.5),
      random.between(9, 14),
      random.pick(['#f9b29c', '#fcd6a4', '#f7fabf']),
    );
  context.fillStyle = '#555';
  context.font = '12px sans-serif';
  for (let i = 0; i < 22; i++)
    context.fillText(capital(word()), random.between(-reach / 3, reach / 3), random.between(-reach / 3, reach / 3));
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
  if (random.happens(0.5)) {
    const [count, seed] = [random.pick([21, 25, 29, 37, 45]), random.whole(0, 1e6)];
    const cell = 400 / count;
    const finder = (/** @type {number} */ i, /** @type {number} */ j) => {
      const ring = Math.max(Math.abs(i - 3), Math.abs(j - 3));
      return ring > 4 ? -1 : Number(ring !== 2 && ring !== 4);
    };
    for (let i = 0; i < count; i++)
      for (let j = 0; j < count; j++) {
        const corner = Math.max(finder(i, j), finder(count - 1 - i, j), finder(i, count - 1 - j));
        if (corner > 0 || (corner < 0 && hash(i, j, seed) < 0.48))
          fill(sheet, '#111', [50 + i * cell, 50 + j * cell, cell + 0.4, cell + 0.4]);
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
  const isBoard = random.happens(0.5);
  const [ground, ink] = isBoard
    ? [hsl(random.pick([0.38, 0.4, 0.6, 0]), 0.6, 0.2), '#c9b46a']
    : [/** @type {import('./canvas.js').Colour} */ ([1, 1, 0.98]), '#223'];
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
      const [dx, dy] = random.pick(
        isBoard
          ? [
              [1, 0],
              [0, 1],
              [1, 1],
              [1, -1],
            ]
          : [
              [1, 0],
              [0, 1],
            ],
      );
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
    context.fillText(
      `${random.pick(['R', 'C', 'U', 'Q', 'D'])}${digits(random, 2)}`,
      x + 2,
      y + (isBoard ? b / 2 + 4 : -13),
    );
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
      for (let i = 0; i < 3; i++)
        sheet.strokeRect(
          x + random.between(12, width - 60),
          y + random.between(10, height - 50),
          random.between(16, 50),
          random.between(14, 40),
        );
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
    if (kind === 0)
      context.ellipse(x + 0.5 * radius * u, y + 0.5 * radius * v, radius * 0.5, radius * 0.22, angle, 0, 7);
    else if (kind === 1) context.arc(x + 0.45 * radius * u, y + 0.45 * radius * v, radius * 0.5, 0, 7);
    else if (kind === 2)
      for (const [r, off] of [
        [1, -0.2],
        [1, 0.2],
        [0.2, 0],
      ])
        context.lineTo(x + r * radius * Math.cos(angle + off * 2), y + r * radius * Math.sin(angle + off * 2));
    else
      context.rect(
        x + radius * (i / arms - 0.5) * 1.6,
        y + radius * (0.6 - random.between(0.3, 1.4)),
        radius / arms,
        radius * 0.9,
      );
    context.fill();
  }
  context.globalAlpha = 1;
  context.fillStyle = colours[0];
  context.textAlign = 'center';
  const [weight, family] = [
    random.pick(['', 'bold ', 'italic bold ']),
    random.pick(['serif', 'sans-serif', 'monospace']),
  ];
  context.font = `${weight}${width / 9}px ${family}`;
  context.fillText(capital(language(random)()), x, y + radius * 1.75);
}

/** @type {import('./canvas.js').Kind[]} */
export const DIAGRAMS = [
  { name: 'map', draw: map, finish: 'screenshot' },
  { name: 'code', draw: codes },
  { name: 'circuit', draw: circuit },
  { name: 'floor-plan', draw: floorPlan },
  { name: 'logo', draw: logo, finish: 'screenshot' },
];
