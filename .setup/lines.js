// Fails if a line of code is longer than 120 characters: node .setup/lines.js FOLDER…
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LONGEST = 120;
const CODE = /\.(c|h|def|js|mjs|cjs|mts|css)$/;
const NOT_OURS = /(^|\/)node_modules\//;

let found = 0;
for (const folder of process.argv.slice(2)) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => CODE.test(name) && !NOT_OURS.test(name)).map((name) => join(folder, name)))
    for (const [index, line] of readFileSync(file, 'utf8').split('\n').entries()) {
      const { length } = [...line]; // characters, not UTF-16 units
      if (length <= LONGEST) continue;
      console.error(`${file}:${index + 1}: ${length} characters; at most ${LONGEST}`);
      found++;
    }
}
if (found > 0) process.exitCode = 1;
