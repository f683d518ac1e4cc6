import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, minifySync } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const datasetFolder = resolve(root, process.env.FASHION_MNIST_DIR || '../shared/fashion-mnist');

/**
 * Sends the headers of cross-origin isolation with everything: threads need them.
 * @returns {import('vite').Plugin}
 */
function isolated() {
  /** @type {import('vite').Connect.NextHandleFunction} */
  const addHeaders = (_, response, next) => {
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    next();
  };
  return {
    name: 'isolated',
    configureServer: (server) => void server.middlewares.use(addHeaders),
    configurePreviewServer: (server) => void server.middlewares.use(addHeaders),
  };
}

/**
 * Adds the service worker, whose address must stay the same.
 * @returns {import('vite').Plugin}
 */
function serviceWorker() {
  const file = join(root, 'web/service-worker.js');
  return {
    name: 'service-worker',
    buildStart() {
      this.addWatchFile(file);
      this.emitFile({ type: 'asset', fileName: 'service-worker.js', source: minified(file, readFileSync(file, 'utf8')) });
    },
  };
}

/** @param {string} file @param {string} code */
function minified(file, code) {
  const { errors, code: short } = minifySync(file, code);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  return short;
}

/**
 * Serves the dataset's folder beside the page, as a static host would: bytes as they are.
 * @returns {import('vite').Plugin}
 */
function datasetBesidePage() {
  /** @type {import('vite').Connect.NextHandleFunction} */
  const serve = (request, response, next) => {
    const name = /^\/fashion-mnist\/([a-z0-9-]+\.gz)(\?|$)/.exec(request.url ?? '')?.[1];
    const file = name && join(datasetFolder, name);
    if (!file || !existsSync(file)) return next();
    response.setHeader('Content-Type', 'application/gzip');
    response.setHeader('Content-Length', statSync(file).size);
    if (request.method === 'HEAD') response.end();
    else createReadStream(file).pipe(response);
  };
  return {
    name: 'dataset-beside-page',
    configureServer: (server) => void server.middlewares.use(serve),
    configurePreviewServer: (server) => void server.middlewares.use(serve),
  };
}

/**
 * Leaves the core's builds as they are, files of their own: only the one that a visitor's browser can run is fetched,
 * and its threads load the same file again. Takes the Node branch out of Emscripten's glue, and minifies it.
 * @returns {import('vite').Plugin}
 */
function coreBesidePage() {
  /** @param {string} glue @param {string} build */
  const forBrowsers = (glue, build) => {
    const node = /ENVIRONMENT_IS_NODE\s*=\s*typeof process[^;]*;/;
    if (!node.test(glue)) throw new Error(`the glue of ${build} no longer tests for Node in the way that is expected here`);
    return glue.replace(node, 'ENVIRONMENT_IS_NODE=false;');
  };
  return {
    name: 'core-beside-page',
    load(id) {
      const build = /\/build\/([^/]+)\/fitting-room\.mjs$/.exec(id)?.[1];
      if (!build) return null;
      const wasm = readFileSync(id.replace(/mjs$/, 'wasm'));
      const glue = minified(id, forBrowsers(readFileSync(id, 'utf8'), build));
      const folder = `assets/${build}-${createHash('sha256').update(glue).update(wasm).digest('hex').slice(0, 8)}`;
      this.emitFile({ type: 'asset', fileName: `${folder}/fitting-room.wasm`, source: wasm });
      const file = this.emitFile({ type: 'asset', fileName: `${folder}/fitting-room.mjs`, source: glue });
      return `const { default: createCore } = await import(/* @vite-ignore */ import.meta.ROLLUP_FILE_URL_${file});\nexport default createCore;`;
    },
  };
}

export default defineConfig({
  root: join(root, 'web'),
  base: './',
  // A file that is missing is a 404, not the page.
  appType: 'mpa',
  resolve: { alias: { 'fitting-room': join(root, 'shim/index.js') } },
  plugins: [isolated(), datasetBesidePage(), coreBesidePage(), serviceWorker()],
  worker: { format: 'es', plugins: () => [coreBesidePage()] },
  server: { fs: { allow: [root] } },
  build: { outDir: join(root, 'dist'), emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, modulePreload: false },
});
