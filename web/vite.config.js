import { createReadStream, existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const datasetFolder = resolve(root, process.env.FASHION_MNIST_DIR || '../shared/fashion-mnist');

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
 * Takes the Node branch out of Emscripten's glue, and its imports with it.
 * @returns {import('vite').Plugin}
 */
function browserGlue() {
  return {
    name: 'browser-glue',
    transform(code, id) {
      if (!/\/build\/[^/]+\/fitting-room\.mjs/.test(id)) return null;
      const node = /ENVIRONMENT_IS_NODE\s*=\s*typeof process[^;]*;/;
      if (!node.test(code)) this.error('the glue no longer tests for Node in the way that is expected here');
      return { code: code.replace(node, 'ENVIRONMENT_IS_NODE=false;').replace('await import("module")', '{}'), map: null };
    },
  };
}

export default defineConfig({
  root: join(root, 'web'),
  base: './',
  // A file that is missing is a 404, not the page.
  appType: 'mpa',
  resolve: { alias: { 'fitting-room': join(root, 'shim/index.js') } },
  plugins: [datasetBesidePage(), browserGlue()],
  worker: { format: 'es', plugins: () => [browserGlue()] },
  server: { fs: { allow: [root] } },
  build: { outDir: join(root, 'dist'), emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, modulePreload: false },
});
