/** Writes the hash of the golden run with the current core into tests/support/golden.js. */
import { readFile, writeFile } from 'node:fs/promises';
import * as api from '../../shim/index.js';
import { GOLDEN_RUNS, GOLDEN_SHA256, hashOfWeights } from '../support/golden.js';

const file = new URL('../support/golden.js', import.meta.url);
const hash = await hashOfWeights(api, GOLDEN_RUNS);
const text = await readFile(file, 'utf8');
await writeFile(file, text.replace(/GOLDEN_SHA256 = '.*'/, `GOLDEN_SHA256 = '${hash}'`));
console.log(hash === GOLDEN_SHA256 ? `unchanged: ${hash}` : `was ${GOLDEN_SHA256}\nis  ${hash}`);
