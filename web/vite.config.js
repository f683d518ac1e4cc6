// The page's build: web/index.html and what it loads becomes dist/, as static files.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { GROUPS, nameOf } from '../.setup/chunks.js';
import { finish } from '../.setup/finish.js';
import { papaAsModule } from '../.setup/papaparse.js';
import { datasetBesidePage, hostHeaders } from '../.setup/preview.js';
import { thirdParty } from '../.setup/third-party.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/** @param {'hex' | 'base64'} encoding @param {(string | Buffer)[]} parts */
function sha256(encoding, ...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest(encoding);
}

/**
 * Adds the digests of the inline script and style of index.html to the page's Content-Security-Policy.
 * @returns {import('vite').Plugin}
 */
const inlineDigests = () => ({
  name: 'inline-digests',
  transformIndexHtml: {
    order: 'post',
    handler(html) {
      const textOf = (/** @type {string} */ tag) => html.split(`<${tag}>`)[1].split(`</${tag}>`)[0];
      const sourceOf = (/** @type {string} */ tag) => `sha256-${sha256('base64', textOf(tag))}`;
      return html.replace('%SCRIPT%', sourceOf('script')).replace('%STYLE%', sourceOf('style'));
    },
  },
});

/**
 * Emits the core's builds as files of their own: a browser fetches only the one that it can run, and that build's
 * threads load the same file again.
 * @returns {import('vite').Plugin}
 */
const coreBesidePage = () => ({
  name: 'core-beside-page',
  enforce: 'pre',
  resolveId(source, importer) {
    const build = /\/build\/([^/]+)\/fitting-room\.mjs$/.exec(source)?.[1];
    if (!build || !importer) return null;
    const files = ['fitting-room.mjs', 'fitting-room.wasm'];
    const contents = files.map((name) => readFileSync(resolve(importer, '../', source, '..', name)));
    const folder = `${build}-${sha256('hex', ...contents).slice(0, 8)}`;
    for (const [index, name] of files.entries())
      this.emitFile({ type: 'asset', fileName: `assets/${folder}/${name}`, source: contents[index] });
    return { id: `./${folder}/fitting-room.mjs`, external: true }; // as seen from the page's script in assets/
  },
});

/**
 * Replaces the helper that Vite wraps around every dynamic import. Nothing is preloaded here, and when an import fails,
 * that helper needs a window, which workers don't have.
 * @returns {import('vite').Plugin}
 */
const plainImports = () => ({
  name: 'plain-imports',
  enforce: 'pre',
  load: (id) => (id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load();' : null),
});

/**
 * Adds the files that depend on all others.
 * @returns {import('vite').Plugin}
 */
const finished = () => ({
  name: 'finished',
  apply: 'build',
  closeBundle: {
    order: 'post',
    sequential: true,
    handler: (failure) => (failure ? undefined : finish(dist)),
  },
});

export default defineConfig({
  root: join(root, 'web'),
  base: './',
  appType: 'mpa', // a missing file is a 404, not the page
  resolve: { alias: { 'fitting-room': join(root, 'shim/index.js') } },
  plugins: [
    hostHeaders(dist),
    datasetBesidePage(resolve(root, process.env.FASHION_MNIST_DIR || '../shared/fashion-mnist')),
    coreBesidePage(),
    plainImports(),
    papaAsModule(),
    inlineDigests(),
    thirdParty(),
    finished(),
  ],
  server: { fs: { allow: [root] } },
  build: {
    outDir: dist,
    emptyOutDir: true,
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'], // no fallbacks for features that the styles do not use
    assetsInlineLimit: 0,
    modulePreload: false,
    chunkSizeWarningLimit: 5000, // kB: h5wasm, which only writing .keras files loads
    rolldownOptions: {
      checks: { pluginTimings: false, ineffectiveDynamicImport: false }, // Keras files need archives at once
      output: {
        chunkFileNames: (chunk) => `assets/${nameOf(chunk)}-[hash].js`,
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: GROUPS,
        },
      },
    },
  },
});
