// Prints the gzipped size of the page's code against its budget: node .setup/size.js FOLDER KILOBYTES
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const kinds = ['.html', '.css', '.js', '.wasm'];
const [folder, budget] = [process.argv[2], Number(process.argv[3])];

const sizes = new Map(kinds.map((kind) => [kind, 0]));
for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  const kind = extname(file);
  const total = sizes.get(kind);
  if (total !== undefined) sizes.set(kind, total + gzipSync(readFileSync(join(folder, file)), { level: 9 }).length);
}

const total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
const parts = [...sizes].map(([kind, bytes]) => `${kind.slice(1).toUpperCase()} ${kilobytes(bytes)}`);
console.log(`gzipped: ${parts.join(', ')}; in all ${kilobytes(total)} of ${budget} KB`);
if (total > budget * 1024) {
  console.error(`the page is ${kilobytes(total - budget * 1024)} over its budget`);
  process.exit(1);
}
