// Plugins of the server behind `make serve`: it sends what a static host would.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { headersOf } from './finish.js';

/**
 * Sends the headers that dist/_headers names.
 * @param {string} dist
 * @returns {import('vite').Plugin}
 */
export const hostHeaders = (dist) => ({
  name: 'host-headers',
  configurePreviewServer({ middlewares }) {
    const headers = headersOf(dist);
    middlewares.use((_, response, next) => {
      for (const [name, value] of headers) response.setHeader(name, value);
      next();
    });
  },
});

/**
 * Serves the dataset's folder as fashion-mnist/, byte for byte.
 * @param {string} folder
 * @returns {import('vite').Plugin}
 */
export function datasetBesidePage(folder) {
  /** @type {import('vite').Connect.NextHandleFunction} */
  const serve = (request, response, next) => {
    const name = /^\/fashion-mnist\/([a-z0-9-]+\.gz)(\?|$)/.exec(request.url ?? '')?.[1];
    const file = name && join(folder, name);
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
