/**
 * Kills a browser that loads, changes or learns from people's own pictures, at random moments:
 * node tests/endurance/kill-projects.js [KILLS] [SEED] [BROWSER]
 *
 * The page that opens again must have the project whole, with the last change or without it, and continue the run.
 */
import { randomFrom } from '../../models/garments/random.js';
import { killProjects } from '../support/project-kills.js';

const [kills = '10', seed = '1', name = 'chromium'] = process.argv.slice(2);
const PHASES = /** @type {const} */ (['loading', 'labelling', 'training']);
const LATEST = { loading: 1500, labelling: 2500, training: 4000 }; // ms

const random = randomFrom(Number(seed));
const blows = Array.from({ length: Number(kills) }, (_, i) => {
  const phase = PHASES[i % PHASES.length];
  return { phase, after: Math.round(random.between(0, LATEST[phase])) };
});
let survived = 0;
await killProjects(
  /** @type {import('../support/browsers.js').BrowserName} */ (name),
  blows,
  ({ phase, after, found }) =>
    console.log(`  ${++survived}: killed after ${after} ms of ${phase}; there again: ${found}`),
);
console.log(`${name}: ${survived} of ${blows.length} kills survived`);
