/**
 * How often the page says of a picture of something else that it is no clothing. The pictures are drawn in Chromium.
 *
 * node tests/bench/on-not-clothing.js [MODEL] [--seed=1] [--count=10] [--only=KIND]… [--out=FOLDER]
 *
 * Prints, for each kind, how many of its pictures the page rejects, and what it takes the others for. --count: pictures
 * of each kind; --only: some kinds; --out: keeps the pictures, in a folder for each kind. Without MODEL, they are only
 * drawn.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { percent } from '../../models/card.js';
import { checkChoice, checkInteger } from '../../shim/check.js';
import { datasets } from '../../shim/index.js';
import { askPage } from './ask-page.js';
import { openChromium } from './hosts.js';
import { KINDS } from './not-clothing/kinds.js';

/** @typedef {{ kind: string, number: number, path: string }} Picture */

const WORKERS = 2; // that draw

const { values, positionals } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '10' },
    only: { type: 'string', multiple: true },
    out: { type: 'string' },
  },
  allowPositionals: true,
});
const [model] = positionals;
const seed = checkInteger('--seed', Number(values.seed), 0, 2 ** 31 - 1);
const count = checkInteger('--count', Number(values.count), 1, 1000);
const names = KINDS.map(({ name }) => name);
const kinds = (values.only ?? names).map((name) => checkChoice('--only', name, names));

/** @param {Picture[]} pictures */
async function draw(pictures) {
  const page = await openChromium();
  try {
    const left = [...pictures];
    await Promise.all(
      Array.from({ length: WORKERS }, async (_, i) => {
        const worker = page.worker(`drawing ${i}`);
        for (let next = left.shift(); next; next = left.shift()) {
          const { kind, number, path } = next;
          const url = await worker.call('tests/bench/not-clothing/picture.js', 'drawPicture', kind, seed, number);
          await writeFile(path, Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
        }
      }),
    );
  } finally {
    await page.close();
  }
}

/** @param {string} folder @returns {Promise<Picture[]>} */
async function picturesIn(folder) {
  for (const kind of kinds) await mkdir(join(folder, kind), { recursive: true });
  return kinds.flatMap((kind) =>
    Array.from({ length: count }, (_, number) => ({
      kind,
      number,
      path: join(folder, kind, `${kind}-${String(number).padStart(3, '0')}.png`),
    })),
  );
}

/** @param {Picture[]} pictures */
async function report(pictures) {
  const { classNames } = await datasets.synthetic({ trainSize: 1, testSize: 1 });
  const answers = await askPage(
    model,
    pictures.map(({ path }) => path),
  );
  const isRejected = answers.map(({ verdict }) => verdict === 'none');
  const width = Math.max(...kinds.map((kind) => kind.length));
  for (const kind of kinds) {
    const own = [...pictures.keys()].filter((i) => pictures[i].kind === kind);
    const rejected = own.filter((i) => isRejected[i]).length;
    const taken = own.filter((i) => !isRejected[i]).map((i) => classNames[answers[i].class] ?? answers[i].verdict);
    const counts = [...new Set(taken)].map((name) => `${name} ${taken.filter((other) => other === name).length}`);
    console.log(`${kind.padEnd(width)}  ${String(rejected).padStart(4)} of ${own.length}  ${counts.join(', ')}`);
  }
  const all = isRejected.filter(Boolean).length;
  console.log(`models/${model}.fit: ${all} of ${pictures.length} rejected, ${percent(all / pictures.length)}`);
}

const place = values.out ?? (await mkdtemp(join(tmpdir(), 'fitting-room-not-clothing-')));
try {
  const pictures = await picturesIn(place);
  await draw(pictures);
  if (model) await report(pictures);
} finally {
  if (!values.out) await rm(place, { recursive: true, force: true });
}
process.exit(0);
