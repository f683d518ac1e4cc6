/**
 * Kills a browser that trains, again and again:
 * node tests/endurance/kill-test.js [KILLS] [SEED] [BROWSER]
 *
 * Each reopened page must continue the run, at most half a minute of training or one epoch may be lost, and the final
 * weights must be those of an undisturbed run. Nine of ten kills hit a run of short epochs, a quarter of those while
 * the state after an epoch is being written to disk; the others hit a single long epoch. Exits with 1 if any
 * requirement is missed.
 */
import { randomFrom } from '../../models/garments/random.js';
import { trainThroughKills } from '../support/kills.js';

/**
 * @typedef {import('../support/kills.js').Run} Run
 * @typedef {import('../support/kills.js').Kill} Kill
 * @typedef {import('../support/kills.js').Moment} Moment
 * @typedef {import('../../models/garments/random.js').Random} Random
 */

const [killsWanted = '50', seed = '1', name = 'chromium'] = process.argv.slice(2);
const browser = /** @type {import('../support/browsers.js').BrowserName} */ (name);
const MOST_SECONDS = 30;
const MOST_EPOCHS = 1;
const PROGRESS = 120; // ms between two progress events: the kill falls somewhere in between
const SAVING = 300; // ms within which the state after an epoch is written and read back

/**
 * On one thread, which a busy machine delays least.
 * @param {string} query @param {number} epochs @param {number} pictures @returns {Run}
 */
const runOf = (query, epochs, pictures) => ({
  query: `data=synthetic&threads=1&epochs=${epochs}&train-size=${pictures}&${query}`,
  epochs,
  batches: Math.ceil(pictures / 32),
});

/**
 * Everything that has a state takes part: batch normalization, dropout, augmentation, averages, a schedule, early
 * stopping.
 */
const ALL_KINDS =
  'model=randomTranslation:0.1:0.1,conv2d:16:3:relu,batchNormalization,maxPooling2d:2,flatten,' +
  'dense:64:relu,dropout:0.5' +
  '&optimizer=adamw&ema=1&schedule=cosine&patience=1000';
const SLOW =
  'model=conv2d:64:3:same:relu,conv2d:64:3:same:relu,conv2d:64:3:same:relu,maxPooling2d:2,flatten,dropout:0.5' +
  '&optimizer=rmsprop';
const SHORT = runOf(ALL_KINDS, 25, 1000);
const LONG = runOf(SLOW, 1, 5000);

/** @param {Run} run @param {number} count @param {Random} random @returns {Moment[]} */
function momentsIn({ epochs }, count, random) {
  const moments = Array.from({ length: count }, (_, i) => {
    const ended = epochs > 1 && i % 4 === 0;
    const at = random.between(0, epochs - 0.1);
    if (!ended) return { epochs: at, after: random.between(0, PROGRESS) };
    return { epochs: Math.max(1, Math.floor(at)), ended, after: random.between(0, SAVING) };
  });
  return moments.sort((a, b) => a.epochs - b.epochs);
}

/** @param {Kill} kill @param {number} number */
function tell({ at, from, seconds, saving, resumed }, number) {
  const lost = `${(at - from).toFixed(2)} epochs, ${seconds.toFixed(1)} s`;
  const then = resumed ? `went on from ${from.toFixed(2)}` : 'NOT RESUMED';
  console.log(`  kill ${number}: at epoch ${at.toFixed(2)}${saving ? ', while saving' : ''}; ${then}: lost ${lost}`);
}

/** @param {string} title @param {Run} run @param {number} count @param {Random} random */
async function killThrough(title, run, count, random) {
  console.log(`${title}, ${count} kills: ?${run.query}`);
  const whole = await trainThroughKills(browser, run, []);
  let told = 0;
  const { kills, weights } = await trainThroughKills(browser, run, momentsIn(run, count, random), (kill) =>
    tell(kill, ++told),
  );
  console.log(`  final weights ${weights}\n  undisturbed   ${whole.weights}`);
  return { kills, same: weights === whole.weights };
}

const started = performance.now();
const random = randomFrom(Number(seed));
const long = Math.floor(Number(killsWanted) / 10);
const runs = [
  await killThrough('short epochs', SHORT, Number(killsWanted) - long, random),
  ...(long > 0 ? [await killThrough('a long epoch', LONG, long, random)] : []),
];
const kills = runs.flatMap((run) => run.kills);
const most = (/** @type {(kill: Kill) => number} */ of) => Math.max(...kills.map(of));
const resumed = kills.filter((kill) => kill.resumed).length;
const excessive = kills.filter(({ at, from, seconds }) => seconds > MOST_SECONDS && at - from > MOST_EPOCHS).length;
const same = runs.every((run) => run.same);
const saving = kills.filter((kill) => kill.saving).length;
const minutes = (performance.now() - started) / 60000;
console.log(
  `${browser}: ${kills.length} kills, seed ${seed}, ${saving} of them while saving; ${resumed} resumed; ` +
    (`lost at most ${most(({ seconds }) => seconds).toFixed(1)} s of training, ` +
      `${most(({ at, from }) => at - from).toFixed(2)} epochs; `) +
    `final weights ${same ? 'the same, bit for bit' : 'DIFFER'}; ${minutes.toFixed(1)} minutes`,
);
if (resumed < kills.length || excessive > 0 || !same) process.exitCode = 1;
