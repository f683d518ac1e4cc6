import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minify } from 'terser';
import { defineConfig } from 'vite';
import { shortKey } from './i18n/key.js';

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

/** How scripts are made small. @type {import('terser').MinifyOptions} */
const SMALL = { module: true, toplevel: true, ecma: 2020, compress: { passes: 3, unsafe_arrows: true, keep_fargs: false, pure_getters: true } };

/** @param {string} code */
const minified = async (code) => /** @type {string} */ ((await minify(code, SMALL)).code);

/**
 * The last touch: scripts made small once more, which is 2 % smaller than either leaves them alone; the styles inside
 * index.html, where they cost no request of their own; no line breaks between tags, no quotes that need not be.
 * @returns {import('vite').Plugin}
 */
const smaller = () => ({
  name: 'smaller',
  generateBundle: {
    order: 'post',
    async handler(_, bundle) {
      for (const file of Object.values(bundle)) if (file.type === 'chunk') file.code = await minified(file.code);
      const html = /** @type {import('vite').Rolldown.OutputAsset} */ (bundle['index.html']);
      const dense = String(html.source).replace(/>\n\s*</g, '><').replace(/\n\s+/g, '\n').replace(/(\s[\w-]+)="([\w#.-]+)"(?=[\s>])/g, '$1=$2');
      html.source = dense.replace(/<link rel=stylesheet[^>]* href="?\.\/([^" >]+)"?>/, (_link, name) => {
        const style = /** @type {import('vite').Rolldown.OutputAsset} */ (bundle[name]);
        delete bundle[name];
        return `<style>${String(style.source).trim()}</style>`;
      });
    },
  },
});

/**
 * Gives the texts of a language short keys.
 * @returns {import('vite').Plugin}
 */
const shortKeys = () => ({
  name: 'short-keys',
  async transform(_, id) {
    if (!/\/web\/i18n\/(en|zh-Hans)\.js$/.test(id)) return null;
    const { texts } = await import(id);
    const short = Object.fromEntries(Object.entries(texts).map(([key, text]) => [shortKey(key), text]));
    if (Object.keys(short).length < Object.keys(texts).length) throw new Error(`two keys of ${id} have the same short one`);
    return { code: `export const texts = ${JSON.stringify(short)};`, map: null };
  },
});

/**
 * Adds the service worker, whose address must stay the same.
 * @returns {import('vite').Plugin}
 */
function serviceWorker() {
  const file = join(root, 'web/service-worker.js');
  return {
    name: 'service-worker',
    async buildStart() {
      this.addWatchFile(file);
      this.emitFile({ type: 'asset', fileName: 'service-worker.js', source: await minified(readFileSync(file, 'utf8')) });
    },
  };
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
    enforce: 'pre',
    async resolveId(source, importer) {
      const build = /\/build\/([^/]+)\/fitting-room\.mjs$/.exec(source)?.[1];
      if (!build || !importer) return null;
      const file = resolve(importer, '..', source);
      const wasm = readFileSync(file.replace(/mjs$/, 'wasm'));
      const glue = await minified(forBrowsers(readFileSync(file, 'utf8'), build));
      const folder = `${build}-${createHash('sha256').update(glue).update(wasm).digest('hex').slice(0, 8)}`;
      this.emitFile({ type: 'asset', fileName: `assets/${folder}/fitting-room.wasm`, source: wasm });
      this.emitFile({ type: 'asset', fileName: `assets/${folder}/fitting-room.mjs`, source: glue });
      return { id: `./${folder}/fitting-room.mjs`, external: true }; // seen from assets/, where the page's script is
    },
  };
}

/**
 * Imports that come later need nothing loaded beside them: Vite's helper for that is not shipped.
 * @returns {import('vite').Plugin}
 */
function plainImports() {
  return {
    name: 'plain-imports',
    enforce: 'pre',
    load: (id) => (id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load();' : null),
  };
}

export default defineConfig({
  root: join(root, 'web'),
  base: './',
  // A file that is missing is a 404, not the page.
  appType: 'mpa',
  resolve: { alias: { 'fitting-room': join(root, 'shim/index.js') } },
  plugins: [isolated(), datasetBesidePage(), coreBesidePage(), plainImports(), shortKeys(), serviceWorker(), smaller()],
  server: { fs: { allow: [root] } },
  build: {
    outDir: join(root, 'dist'),
    emptyOutDir: true,
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'], // no stand-ins for what the styles do not use
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
