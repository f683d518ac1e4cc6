// Third-party software in the page and the npm package, with its licences: a plugin of the page's build, which writes
// THIRD-PARTY.txt from the bundled modules; as a program, it does the same for the package's own files:
// node .setup/third-party.js FILE...
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * @typedef {object} Notice
 * @property {string} name
 * @property {string} version
 * @property {string} licence an SPDX identifier if there is one
 * @property {string} home
 * @property {string} text of the licence
 */

/** In the toolchain's own version. */
const AS_IN_EMSCRIPTEN = '(as in Emscripten)';
const LLVM = {
  version: AS_IN_EMSCRIPTEN,
  licence: 'Apache-2.0 WITH LLVM-exception',
  home: 'https://llvm.org',
  file: 'llvm',
};

/**
 * Software that does not come as a package. The text of its licence is in .setup/licences/, named by the key here or by
 * `file`.
 * @type {Record<string, Omit<Notice, 'text'> & { file?: string }>}
 */
const PARTS = {
  // LICENSE of emscripten-core/emscripten: its glue, emmalloc, and everything that is not one of the next four
  emscripten: { name: 'Emscripten', version: '', licence: 'MIT OR NCSA', home: 'https://emscripten.org' },
  // system/lib/libc/musl/COPYRIGHT of emscripten-core/emscripten
  musl: { name: 'musl', version: AS_IN_EMSCRIPTEN, licence: 'MIT', home: 'https://musl.libc.org' },
  // llvm/LICENSE.TXT of llvm/llvm-project, with the copyright of its compiler-rt
  'compiler-rt': { name: 'compiler-rt', ...LLVM },
  'libc++': { name: 'libc++ and libc++abi', ...LLVM },
  // system/lib/dlmalloc.c of emscripten-core/emscripten
  dlmalloc: {
    name: 'dlmalloc',
    version: AS_IN_EMSCRIPTEN,
    licence: 'CC0-1.0',
    home: 'https://gee.cs.oswego.edu/dl/html/malloc.html',
  },
  // COPYING_LBNL_HDF5 of HDFGroup/hdf5, which the licence of h5wasm names in addition to HDF5's own
  'hdf5-lbnl': {
    name: 'HDF5 (the part of Lawrence Berkeley National Laboratory)',
    version: '2.0.0',
    licence: 'BSD-3-Clause-LBNL',
    home: 'https://www.hdfgroup.org/solutions/hdf5/',
  },
  // zlib.h of madler/zlib
  zlib: { name: 'zlib', version: '1.3.1', licence: 'Zlib', home: 'https://zlib.net' },
  // LICENSE.txt of MathisRosenhauer/libaec
  libaec: {
    name: 'libaec',
    version: '(as in HDF5)',
    licence: 'BSD-2-Clause',
    home: 'https://gitlab.dkrz.de/k202009/libaec',
  },
  // LICENSE of zalandoresearch/fashion-mnist
  'fashion-mnist': {
    name: 'Fashion-MNIST',
    version: '(models are trained on it)',
    licence: 'MIT',
    home: 'https://github.com/zalandoresearch/fashion-mnist',
  },
};

/**
 * What a package contains in addition to its own code, in the version that was examined; another version must be
 * examined first.
 * @type {Record<string, { version: string, licence?: string, parts: string[] }>}
 */
const INSIDE = {
  h5wasm: {
    version: '0.10.3',
    licence: 'NIST-Software AND BSD-3-Clause',
    parts: ['hdf5-lbnl', 'zlib', 'libaec', 'emscripten', 'musl', 'compiler-rt', 'libc++', 'dlmalloc'],
  },
};

/** What files other than modules contain. @type {[RegExp, string[]][]} */
const INSIDE_FILES = [
  [/\.wasm$/, ['emscripten', 'musl', 'compiler-rt']],
  [/\.fit$/, ['fashion-mnist']],
];

/** @param {string} message */
const refusal = (message) => new Error(`THIRD-PARTY.txt: ${message}`);

/** @param {string} file */
const textOf = (file) => readFileSync(file, 'utf8').replaceAll('\r\n', '\n').trim();

/** @type {string | undefined} */
let emscripten;

/** The version of the Emscripten that links the core. */
function emscriptenVersion() {
  if (emscripten) return emscripten;
  const said = execFileSync(join(root, 'build/emcc'), ['--version'], { encoding: 'utf8' });
  emscripten = /\) (\d+\.\d+\.\d+)/.exec(said)?.[1];
  if (!emscripten)
    throw refusal(`build/emcc --version must name a version, got ${JSON.stringify(said.split('\n')[0])}`);
  return emscripten;
}

/** @param {string} key of PARTS @returns {Notice} */
function noticeOfPart(key) {
  const { version, file = key, ...part } = PARTS[key];
  return { ...part, version: version || emscriptenVersion(), text: textOf(join(root, `.setup/licences/${file}.txt`)) };
}

/**
 * The folder of a package, seen from a module: the nearest node_modules that contains it.
 * @param {string} name
 * @param {string} from
 */
function folderOf(name, from) {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name);
    if (existsSync(join(found, 'package.json'))) return found;
    if (folder === dirname(folder)) throw refusal(`${name} must be installed, since ${from} contains it; run npm ci`);
  }
}

/**
 * The text of a package's licence, without the part about the tools that built it.
 * @param {string} folder
 * @param {string} name
 */
function licenceText(folder, name) {
  const file = readdirSync(folder).find((each) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(each));
  const text = file && textOf(join(folder, file)).split('\n# Licenses of bundled dependencies')[0].trim();
  if (!text)
    throw refusal(
      `${name} must have a file with its licence; keep the text in .setup/licences/ and name it in ` +
        '.setup/third-party.js',
    );
  return text;
}

/** @param {string | { url: string } | undefined} repository */
const addressOf = (repository) =>
  (typeof repository === 'object' ? repository.url : repository)
    ?.replace(/^(git\+)?(ssh|https?|git):\/\/(git@)?/, 'https://')
    .replace(/\.git$/, '')
    .replace(/^(?=[\w-]+\/[\w.-]+$)/, 'https://github.com/');

/**
 * The notices of a package and of what it contains.
 * @param {string} name @param {string} folder @param {string} [bundled] its version, if somebody else has bundled
 *   another one
 * @returns {Notice[]}
 */
export function noticesOfPackage(name, folder, bundled) {
  const {
    version: installed,
    license,
    homepage,
    repository,
  } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const version = bundled ?? installed;
  const inside = INSIDE[name];
  if (inside && inside.version !== version)
    throw refusal(
      `INSIDE must say what ${name} ${version} contains, and knows ${inside.version}; look into it, then name ` +
        'its version in .setup/third-party.js',
    );
  const licence = inside?.licence ?? license;
  if (typeof licence !== 'string' || /^(see license|unlicensed)/i.test(licence))
    throw refusal(
      `${name} ${version} must name its licence, got ${JSON.stringify(licence)}; name it in .setup/third-party.js`,
    );
  const home = homepage?.replace(/#readme$/, '') ?? addressOf(repository);
  if (!home) throw refusal(`${name} ${version} must say where it comes from, by a homepage or a repository`);
  return [
    { name, version, licence, home, text: licenceText(folder, name) },
    ...(inside?.parts ?? []).map(noticeOfPart),
  ];
}

/** The last package in a path. */
const PACKAGE = /.*\/node_modules\/((?:@[\w.-]+\/)?[\w.-]+)(?=\/)/;

/** How bundlers mark where the code that follows comes from. */
const BUNDLED = /^\/\/ (?:#region )?(?:[\w./-]*\/)?node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//gm;

/**
 * @param {string} id of a module
 * @returns {Notice[]} of its package, or the bundler's, and of those bundled into it earlier
 */
export function noticesOfModule(id) {
  const helperOf = /^\0(vite|rolldown)\//.exec(id)?.[1];
  if (helperOf) return noticesOfPackage(helperOf, folderOf(helperOf, join(root, 'package.json')));
  const [file] = id.split('?');
  if (!existsSync(file))
    throw refusal(
      `a module must be a file or a helper of Vite's or Rolldown's, got ${JSON.stringify(id)}; say in ` +
        '.setup/third-party.js whose it is',
    );
  const code = readFileSync(file, 'utf8');
  const own = PACKAGE.exec(file);
  const bundled = [...new Set([...code.matchAll(BUNDLED)].map(([, each]) => each))];
  return [
    ...(own ? noticesOfPackage(own[1], own[0]) : []),
    ...bundled.flatMap((each) =>
      noticesOfPackage(each, folderOf(each, file), new RegExp(`\\b${each} (\\d+\\.\\d+\\.\\d+)`).exec(code)?.[1]),
    ),
  ];
}

/** @param {string} file other than a module @returns {Notice[]} */
const noticesOfFile = (file) =>
  INSIDE_FILES.flatMap(([pattern, parts]) => (pattern.test(file) ? parts.map(noticeOfPart) : []));

/** @param {Notice} notice */
const titleOf = ({ name, version }) => `${name} ${version}`;

const RULE = `\n${'*'.repeat(78)}\n\n`;

/** The whole text; a licence that several share appears once, below their names. @param {Notice[]} notices */
export function written(notices) {
  const all = [...new Map(notices.map((notice) => [titleOf(notice), notice])).values()].sort((a, b) =>
    a.name.localeCompare(b.name, 'en'),
  );
  const texts = [...new Set(all.map(({ text }) => text))];
  const list = all.map((notice) => `${titleOf(notice)}: ${notice.licence}`).join('\n');
  const sections = texts.map((text) => {
    const headings = all
      .filter((notice) => notice.text === text)
      .map((notice) => `${titleOf(notice)}\n${notice.licence}\n${notice.home}\n`);
    return `${headings.join('\n')}\n${text}\n`;
  });
  return [
    `Fitting Room contains software by others. Their names, versions and licences:\n\n${list}\n`,
    ...sections,
  ].join(RULE);
}

/** The page's build gives the core's glue this name; it is the only script that comes without its modules. */
const GLUE = /^assets\/[\w-]+\/fitting-room\.mjs$/;

/** Adds THIRD-PARTY.txt to the page. @returns {import('vite').Plugin} */
export const thirdParty = () => ({
  name: 'third-party',
  apply: 'build',
  generateBundle: {
    order: 'post',
    handler(_, bundle) {
      const files = Object.values(bundle);
      const unknown = files.find(
        ({ type, fileName }) => type === 'asset' && /\.m?js$/.test(fileName) && !GLUE.test(fileName),
      );
      if (unknown)
        throw refusal(
          `every script must say what modules it has, got ${unknown.fileName}, an asset; bundle it with the page`,
        );
      const modules = new Set(files.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : [])));
      const notices = [...modules]
        .flatMap(noticesOfModule)
        .concat(files.flatMap(({ fileName }) => noticesOfFile(fileName)));
      // The byte order mark tells a browser that the text is UTF-8 if the host does not say so.
      this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY.txt', source: `\ufeff${written(notices)}` });
    },
  },
});

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = process.argv.slice(2);
  process.stdout.write(
    written(files.flatMap((file) => (/\.m?js$/.test(file) ? noticesOfModule(resolve(file)) : noticesOfFile(file)))),
  );
}
