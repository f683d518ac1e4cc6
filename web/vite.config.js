import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { finish, headersOf, minified } from '../.setup/finish.js';
import { thirdParty } from '../.setup/third-party.js';
import { shortKey } from './i18n/key.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const datasetFolder = resolve(root, process.env.FASHION_MNIST_DIR || '../shared/fashion-mnist');

/**
 * Sends the headers that come with the page, as its host does.
 * @returns {import('vite').Plugin}
 */
const headers = () => ({
  name: 'headers',
  configurePreviewServer({ middlewares }) {
    const sent = headersOf(dist);
    middlewares.use((_, response, next) => {
      for (const [name, value] of sent) response.setHeader(name, value);
      next();
    });
  },
});

/** Tags that a parser of HTML puts in by itself, comments, and an attribute for scripts of other hosts. */
const NEED_NOT_BE = /<\/(li|option|head|body|html)>|<(head|body)>|<!--[^]*?-->| crossorigin(?= )/g;

/**
 * Lets the policy of index.html know what its own script or style is.
 * @param {'script' | 'style'} tag
 * @param {string} html
 */
function withDigest(tag, html) {
  const [, text] = /** @type {RegExpExecArray} */ (new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(html));
  return html.replace(`%${tag.toUpperCase()}%`, `sha256-${createHash('sha256').update(text).digest('base64')}`);
}

/**
 * The last touch: scripts made small once more, which is 2 % smaller than either leaves them alone; the styles inside
 * index.html, where they cost no request of their own, and its own script made small too; no line breaks between tags,
 * no quotes that need not be.
 * @returns {import('vite').Plugin}
 */
const smaller = () => ({
  name: 'smaller',
  generateBundle: {
    order: 'post',
    async handler(_, bundle) {
      for (const file of Object.values(bundle))
        if (file.type === 'chunk') file.code = withPlainImports(await minified(file.code));
      for (const name of Object.keys(bundle)) if (name.includes('preload-helper')) delete bundle[name];
      const html = /** @type {import('vite').Rolldown.OutputAsset} */ (bundle['index.html']);
      const dense = String(html.source)
        .replace(/>\n\s*</g, '><')
        .replace(/\n\s+/g, '\n')
        .replace(/(\s[\w-]+)="([\w#.-]+)"(?=[\s>])/g, '$1=$2');
      const [tag, script] = /** @type {RegExpExecArray} */ (/<script>([^]*?)<\/script>/.exec(dense));
      const short = dense
        .replace(tag, `<script>${await minified(script)}</script>`)
        .replace(/ +>/g, '>')
        .replace(NEED_NOT_BE, '');
      const [main] = /** @type {RegExpExecArray} */ (/<script type=module[^>]*><\/script>/.exec(short));
      // where the page has it: before its own script, which looks for it
      const ordered = short.replace(main, '').replace('<script>', () => `${main}<script>`);
      const styled = ordered.replace(/<link rel=stylesheet[^>]* href="?\.\/([^" >]+)"?>/, (_link, name) => {
        const style = /** @type {import('vite').Rolldown.OutputAsset} */ (bundle[name]);
        delete bundle[name];
        return `<style>${String(style.source).trim().replaceAll(', ', ',')}</style>`;
      });
      html.source = withDigest('script', withDigest('style', styled));
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
    if (!/\/web\/i18n\/(en|zh-Hans)\/\w+\.js$/.test(id)) return null;
    const { texts } = await import(id);
    const short = Object.fromEntries(Object.entries(texts).map(([key, text]) => [shortKey(key), text]));
    if (Object.keys(short).length < Object.keys(texts).length)
      throw new Error(`two keys of ${id} have the same short one`);
    return { code: `export const texts = ${JSON.stringify(short)};`, map: null };
  },
});

const ICONS = readdirSync(join(root, 'web/icons')).map((name) => `icons/${name}`);

/**
 * Adds the files whose addresses stay the same from one version to the next.
 * @returns {import('vite').Plugin}
 */
const stableFiles = () => ({
  name: 'stable-files',
  buildStart() {
    for (const fileName of ICONS) {
      const file = join(root, 'web', fileName);
      this.addWatchFile(file);
      this.emitFile({ type: 'asset', fileName, source: readFileSync(file) });
    }
    const manifest = join(root, 'web/manifest.webmanifest');
    this.addWatchFile(manifest);
    this.emitFile({
      type: 'asset',
      fileName: 'manifest.webmanifest',
      source: JSON.stringify(JSON.parse(readFileSync(manifest, 'utf8'))),
    });
  },
});

/** @param {(string | Buffer)[]} parts */
function hashOf(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 8);
}

/**
 * Adds what depends on all the rest.
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
 * What of Emscripten's glue no page needs: a second way to fetch, heaps for others to see, advice for developers, old
 * scripts.
 */
const NOT_NEEDED = [
  /if\(ENVIRONMENT_IS_WORKER\)\{readBinary=url=>\{[^}]*\}\}/,
  /Module\["HEAP\w+"\]=/g,
  /what\+=". Build with [^"]*";/,
  /else if\(typeof document!="undefined"&&document\.currentScript\)\{[^}]*\}/,
];

/**
 * Leaves the core's builds as they are, files of their own: only the one that a visitor's browser can run is fetched,
 * and its threads load the same file again. Takes the Node branch, and what else no page needs, out of Emscripten's
 * glue, and minifies it.
 * @returns {import('vite').Plugin}
 */
function coreBesidePage() {
  /** @param {string} glue @param {string} build */
  const forBrowsers = (glue, build) => {
    const node = /ENVIRONMENT_IS_NODE\s*=\s*typeof process[^;]*;/;
    if (!node.test(glue))
      throw new Error(`the glue of ${build} no longer tests for Node in the way that is expected here`);
    const inBrowsers = glue
      .replace(node, 'ENVIRONMENT_IS_NODE=false;')
      .replace(/isNode = typeof[^;]*;/, 'isNode=false;');
    return NOT_NEEDED.reduce((text, part) => text.replace(part, ''), inBrowsers);
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
      const folder = `${build}-${hashOf(glue, wasm)}`;
      this.emitFile({ type: 'asset', fileName: `assets/${folder}/fitting-room.wasm`, source: wasm });
      this.emitFile({ type: 'asset', fileName: `assets/${folder}/fitting-room.mjs`, source: glue });
      return { id: `./${folder}/fitting-room.mjs`, external: true }; // seen from assets/, where the page's script is
    },
  };
}

/**
 * The wrapping Vite gives to an import that comes later; nothing is loaded beside it here, so that it is not needed.
 */
const HELPER = /import\{\w+ as (\w+)\}from"\.\/preload-helper-[^"]+\.js";/;

/** @param {string} code of a chunk, made small */
function withPlainImports(code) {
  const [whole, helper] = HELPER.exec(code) ?? [];
  if (!whole) return code;
  const late = String.raw`\(?(import\("[^"]+"\)(?:\.then\(\w+=>\w+\.\w+\))?)\)?`;
  const picked = String.raw`async\(\)=>\{let\{([\w:,]+)\}=await ?${late};return\{\1\}\}`;
  const call = (/** @type {string} */ inside) =>
    new RegExp(String.raw`(?<![\w$.])${helper.replace('$', '\\$')}\(${inside},\[\],import\.meta\.url\)`, 'g');
  const plain = code
    .replace(whole, '')
    .replace(call(String.raw`\(\)=>${late}`), '$1')
    .replace(call(picked), '$2');
  if (plain.includes('[],import.meta.url)'))
    throw new Error('Vite wraps imports that come later in a way that is not expected here');
  return plain;
}

/** What formats share with it is in there too, so that it is one request. */
const MODEL_FILE = 'model-file';

/** What a chunk is called. @param {{ name: string, moduleIds: string[] }} chunk */
function nameOf({ name, moduleIds }) {
  const [, language, text] = moduleIds.map((id) => /\/web\/i18n\/([\w-]+)\/(\w+)\.js$/.exec(id)).find(Boolean) ?? [];
  if (language) return text === 'page' ? language : `${text}-${language}`;
  const part =
    name !== MODEL_FILE &&
    ['web/try', 'web/keep', 'shim/formats'].find((room) => moduleIds.some((id) => id.includes(`/${room}/`)));
  return `${part ? `${part.split('/')[1]}-` : ''}${name}`;
}

export default defineConfig({
  root: join(root, 'web'),
  base: './',
  // A file that is missing is a 404, not the page.
  appType: 'mpa',
  resolve: { alias: { 'fitting-room': join(root, 'shim/index.js') } },
  plugins: [
    headers(),
    datasetBesidePage(),
    coreBesidePage(),
    shortKeys(),
    stableFiles(),
    smaller(),
    thirdParty(),
    finished(),
  ],
  server: { fs: { allow: [root] } },
  build: {
    outDir: dist,
    emptyOutDir: true,
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'], // no stand-ins for what the styles do not use
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: false,
    chunkSizeWarningLimit: 5000, // kB: h5wasm, which only writing .keras files loads
    rolldownOptions: {
      checks: { pluginTimings: false },
      output: {
        chunkFileNames: (chunk) => `assets/${nameOf(chunk)}-[hash].js`,
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            { name: 'preload-helper', test: /preload-helper/ },
            {
              name: 'shared',
              test: /\/(shim\/(csv|classify)|shim\/training\/callbacks\/csv-log|web\/(download|metrics|styles|views\/bars))\.js/,
            },
            { name: MODEL_FILE, test: /\/shim\/formats\/(fit\/|common|exchange|reading)/ },
          ],
        },
      },
    },
  },
});
