// The gzipped size of what a visit loads; as a program, held against a budget: node .setup/size.js FOLDER KILOBYTES
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const kinds = ['.html', '.css', '.js', '.wasm'];

/** @param {string} file */
const gzipped = (file) => gzipSync(readFileSync(file), { level: 9 }).length;

/** @param {string} folder @param {string[]} files */
function sizesOf(folder, files) {
  const sizes = new Map(kinds.map((kind) => [kind, 0]));
  for (const file of files) {
    const kind = extname(file).replace('.mjs', '.js');
    const total = sizes.get(kind);
    if (total !== undefined) sizes.set(kind, total + gzipped(join(folder, file)));
  }
  return sizes;
}

/** @param {Map<string, number>} sizes */
const sum = (sizes) => [...sizes.values()].reduce((total, bytes) => total + bytes, 0);

/** Bytes by kind. A browser fetches one of the core's builds; the largest counts. @param {string} folder */
export function pageSize(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  /** @type {Map<string, string[]>} */
  const builds = new Map();
  for (const file of files) {
    const build = /^assets\/([a-z-]+)-[0-9a-f]{8}\//.exec(file)?.[1];
    if (build) builds.set(build, [...(builds.get(build) ?? []), file]);
  }
  const shared = files.filter((file) => ![...builds.values()].flat().includes(file));
  const visits = [...builds].map(([build, own]) => {
    const sizes = sizesOf(folder, [...shared, ...own]);
    return { build, sizes, total: sum(sizes) };
  });
  return visits.sort((a, b) => b.total - a.total)[0];
}

/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

/** @param {string} folder @param {number} budget */
function check(folder, budget) {
  const { build, sizes, total } = pageSize(folder);
  const parts = [...sizes].map(([kind, bytes]) => `${kind.slice(1).toUpperCase()} ${kilobytes(bytes)}`);
  console.log(`gzipped, with the ${build} build: ${parts.join(', ')}; in all ${kilobytes(total)} of ${budget} KB`);
  if (total <= budget * 1024) return;
  console.error(`the page is ${kilobytes(total - budget * 1024)} over its budget`);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) check(process.argv[2], Number(process.argv[3]));
