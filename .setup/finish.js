import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minify } from 'vite';

/** The last step of a build: the files of the page's folder that depend on all the others. */

const source = fileURLToPath(new URL('../web/service-worker.js', import.meta.url));

/** Not files of the page: the service worker itself, and what only the page's host reads. */
const ASIDE = /^(service-worker\.js|_headers)$/;

/**
 * Files that the service worker does not cache: the replacement for crypto.subtle, which exists wherever service
 * workers do, and the code that writes Keras files, which is larger than everything else and rarely needed.
 */
const NOT_KEPT = /^assets\/(sha256|formats-pack)-[^/]+\.js$/;

/**
 * The SHA-256 of a page's files, in base64, index.html last.
 * @param {string} folder
 * @returns {[name: string, digest: string][]}
 */
function digestsOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = entries
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((name) => !ASIDE.test(name))
    .sort();
  const ordered = [...names.filter((name) => name !== 'index.html'), 'index.html'];
  return ordered.map((name) => [
    name,
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('base64'),
  ]);
}

/** What a `<meta>` element cannot express. */
const FRAMING = "frame-ancestors 'self'";

/** The policy in the page. @param {string} folder */
function policyOf(folder) {
  const [, policy] = /** @type {RegExpExecArray} */ (
    /http-equiv="?Content-Security-Policy"? content="([^"]+)"/.exec(readFileSync(join(folder, 'index.html'), 'utf8'))
  );
  return policy;
}

/** In the format that some hosts read from a page's folder; others have to be configured. @param {string} policy */
const headersFile = (policy) => `# What a host sends with every file of this folder, where it can.
/*
  Content-Security-Policy: ${policy}; ${FRAMING}
  Cross-Origin-Opener-Policy: same-origin
  Cross-Origin-Embedder-Policy: require-corp
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
`;

/**
 * Adds the service worker, whose address must stay the same and which contains the digest of everything else in the
 * folder, and the headers.
 * @param {string} folder of a built page
 */
export async function finish(folder) {
  const policy = policyOf(folder);
  const digests = digestsOf(folder);
  const listed = (/** @type {boolean} */ kept) =>
    JSON.stringify(Object.fromEntries(digests.filter(([name]) => NOT_KEPT.test(name) !== kept)));
  const values = {
    FILES: listed(true),
    NOT_KEPT: listed(false),
    POLICY: JSON.stringify(policy),
    FRAMING: JSON.stringify(FRAMING),
  };
  const code = readFileSync(source, 'utf8').replace(
    /'%([A-Z_]+)%'/g,
    (_, name) => values[/** @type {keyof typeof values} */ (name)],
  );
  writeFileSync(join(folder, 'service-worker.js'), (await minify('service-worker.js', code)).code);
  writeFileSync(join(folder, '_headers'), headersFile(policy));
}

/**
 * The headers that a built page must be sent with.
 * @param {string} folder
 * @returns {[name: string, value: string][]}
 */
export function headersOf(folder) {
  const lines = readFileSync(join(folder, '_headers'), 'utf8').matchAll(/^ {2}([\w-]+): (.*)$/gm);
  return Array.from(lines, ([, name, value]) => [name, value]);
}
