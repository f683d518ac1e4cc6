// Prints the gzipped size of what a visit loads against its budget: node .setup/size.js FOLDER KILOBYTES
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const kinds = ['.html', '.css', '.js', '.wasm'];
const [folder, budget] = [process.argv[2], Number(process.argv[3])];

/** @param {string} file */
const gzipped = (file) => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length;

/** @param {string[]} files */
function sizesOf(files) {
  const sizes = new Map(kinds.map((kind) => [kind, 0]));
  for (const file of files) {
    const kind = extname(file).replace('.mjs', '.js');
    const total = sizes.get(kind);
    if (total !== undefined) sizes.set(kind, total + gzipped(file));
  }
  return sizes;
}

/** @param {Map<string, number>} sizes */
const sum = (sizes) => [...sizes.values()].reduce((total, bytes) => total + bytes, 0);
/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

// A browser fetches one of the core's builds; the largest counts.
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
/** @type {Map<string, string[]>} */
const builds = new Map();
for (const file of files) {
  const build = /^assets\/([a-z-]+)-[0-9a-f]{8}\//.exec(file)?.[1];
  if (build) builds.set(build, [...(builds.get(build) ?? []), file]);
}
const shared = files.filter((file) => ![...builds.values()].flat().includes(file));
const visits = [...builds].map(([build, own]) => ({ build, sizes: sizesOf([...shared, ...own]) }));
visits.sort((a, b) => sum(b.sizes) - sum(a.sizes));
const { build, sizes } = visits[0];

const parts = [...sizes].map(([kind, bytes]) => `${kind.slice(1).toUpperCase()} ${kilobytes(bytes)}`);
console.log(`gzipped, with the ${build} build: ${parts.join(', ')}; in all ${kilobytes(sum(sizes))} of ${budget} KB`);
if (sum(sizes) > budget * 1024) {
  console.error(`the page is ${kilobytes(sum(sizes) - budget * 1024)} over its budget`);
  process.exit(1);
}
