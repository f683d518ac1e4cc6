import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { headersOf } from '../../.setup/finish.js';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));

/** @type {Record<string, string>} */
const types = {
  '.css': 'text/css; charset=utf-8',
  '.gz': 'application/gzip',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/**
 * @typedef {object} ServerOptions
 * @property {string} [folder] what is served; default dist/
 * @property {string} [base] path it is served under, e.g. '/some/sub/path/'; default '/'
 * @property {string | null} [dataset] folder served as fashion-mnist/ beside the page; default none
 * @property {boolean} [headers] send the headers that the build wrote into the folder, as `make serve` and hosts that
 *   read them do
 * @property {boolean} [isolated] send only the headers of cross-origin isolation (COOP, COEP)
 * @property {boolean} [shared] let pages of other origins use the files, as CDNs do
 * @property {number} [bytesPerSecond] throttle for each response
 * @property {(path: string, times: number, destination: string) => number | 'cut' | 'hang' | 'page' | { redirect:
 *   string } | void} [fail]
 *   status to answer instead of the file, 'cut' to break the connection halfway, 'hang' never to answer, 'page' to
 *   answer with a web page and 200, as some hosts do for missing files, or an address to redirect to; path is relative
 *   to the page, times how often it has been requested, including this time; destination: what for, as in
 *   Sec-Fetch-Dest
 * @property {(path: string) => number | void} [delay] ms before a request is answered
 * @property {boolean} [encodedGzip] send .gz files with Content-Encoding: gzip, as some hosts do
 */

/**
 * @typedef {object} StaticServer
 * @property {string} url address of the page
 * @property {string[]} requests paths asked for, in order
 * @property {ServerOptions} options may be changed while the server runs
 * @property {() => Promise<void>} close
 */

/**
 * Serves the built page from a random port of this machine.
 * @param {ServerOptions} [options]
 * @returns {Promise<StaticServer>}
 */
export async function startServer(options = {}) {
  /** @type {string[]} */
  const requests = [];
  const server = createServer((request, response) => {
    respond(request, response, options, requests).catch(() => response.destroy());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://localhost:${port}${options.base ?? '/'}`,
    requests,
    options,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {ServerOptions} options
 * @param {string[]} requests
 */
async function respond(request, response, options, requests) {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  requests.push(pathname);
  if (options.isolated) {
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
  }
  if (options.headers) for (const [name, value] of headersOf(options.folder ?? dist)) response.setHeader(name, value);
  if (options.shared) {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
  }
  response.setHeader('Cache-Control', 'no-cache');
  const path = relativePath(pathname, options.base ?? '/');
  const times = requests.filter((earlier) => earlier === pathname).length;
  const failure = path === null ? 404 : options.fail?.(path, times, String(request.headers['sec-fetch-dest']));
  if (failure === 'hang') return;
  await wait((path !== null && options.delay?.(path)) || 0);
  if (typeof failure === 'number') return sendStatus(response, failure);
  if (failure === 'page')
    return void response
      .writeHead(200, { 'Content-Type': types['.html'] })
      .end('<!doctype html><title>Not here</title>');
  if (typeof failure === 'object') return void response.writeHead(302, { Location: failure.redirect }).end();
  const file = path === null ? null : await findFile(path, options);
  if (!file) return sendStatus(response, 404);

  response.setHeader('Content-Type', types[extname(file.name)] ?? 'application/octet-stream');
  response.setHeader('Content-Length', file.size);
  if (options.encodedGzip && file.name.endsWith('.gz')) response.setHeader('Content-Encoding', 'gzip');
  if (request.method === 'HEAD') return void response.end();
  const bytes = failure === 'cut' ? cutHalfWay(file) : createReadStream(file.name);
  await pipeline(options.bytesPerSecond ? throttled(bytes, options.bytesPerSecond) : bytes, response);
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {number} status
 */
function sendStatus(response, status) {
  response.writeHead(status, { 'Content-Type': 'text/plain' }).end(`${status}\n`);
}

/**
 * @param {string} pathname
 * @param {string} base
 */
function relativePath(pathname, base) {
  if (!pathname.startsWith(base)) return null;
  const path = normalize(decodeURIComponent(pathname.slice(base.length)) || 'index.html');
  return path.startsWith('..') || path.startsWith('/') ? null : path.replace(/\/$/, '/index.html');
}

/**
 * @param {string} path
 * @param {ServerOptions} options
 */
async function findFile(path, options) {
  const beside = path.startsWith('fashion-mnist/');
  if (beside && !options.dataset) return null;
  const name = beside
    ? join(/** @type {string} */ (options.dataset), path.slice('fashion-mnist/'.length))
    : join(options.folder ?? dist, path);
  const found = await stat(name).catch(() => null);
  return found?.isFile() ? { name, size: found.size } : null;
}

/** @param {{ name: string, size: number }} file */
async function* cutHalfWay(file) {
  yield* createReadStream(file.name, { end: Math.max(0, Math.floor(file.size / 2) - 1) });
  await wait(50);
  throw new Error('cut');
}

/**
 * @param {AsyncIterable<Buffer>} bytes
 * @param {number} bytesPerSecond
 */
function throttled(bytes, bytesPerSecond) {
  return Readable.from(
    (async function* () {
      for await (const chunk of bytes) {
        await wait((1000 * chunk.length) / bytesPerSecond);
        yield chunk;
      }
    })(),
  );
}
