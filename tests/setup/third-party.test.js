import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { noticesOfModule, noticesOfPackage, thirdParty, written } from '../../.setup/third-party.js';
import { texts } from '../../web/i18n/en/page.js';
import { texts as zhHans } from '../../web/i18n/zh-Hans/page.js';

/**
 * THIRD-PARTY.txt, of the page and of the npm package. What it must contain is determined here without the program that
 * writes it.
 */

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const at = (/** @type {string[]} */ ...parts) => join(root, ...parts);
const read = (/** @type {string} */ file) => readFile(file, 'utf8');

const inPage = await read(at('dist/THIRD-PARTY.txt'));
const inPackage = await read(at('build/THIRD-PARTY.txt'));

/** @param {string} folder @param {RegExp} kind */
const filesIn = async (folder, kind) =>
  (await readdir(folder, { recursive: true })).filter((name) => kind.test(name)).map((name) => join(folder, name));

/**
 * The packages that a text names at its top: "pbf 5.1.2: BSD-3-Clause".
 * @param {string} text
 * @returns {Map<string, { version: string, licence: string }>}
 */
function named(text) {
  const [, list] = /:\n\n([^]*?)\n\n\*/.exec(text) ?? assert.fail('no list at the top');
  return new Map(
    list.split('\n').map((line) => {
      const [, name, version, licence] = /^(.+?) (\d[\w.-]*|\([^)]*\)): (.+)$/.exec(line) ?? assert.fail(line);
      return [name, { version, licence }];
    }),
  );
}

/** The text after the names of a section, beginning with its licences. @param {string} text @param {string} name */
function section(text, name) {
  const { version } = named(text).get(name) ?? assert.fail(`${name} is not named`);
  const found = text
    .split(`\n${'*'.repeat(78)}\n\n`)
    .slice(1)
    .find((each) => `\n${each}`.includes(`\n${name} ${version}\n`));
  return found ?? assert.fail(`${name} ${version} has no section`);
}

/** @param {string} text */
const escaped = (text) => text.replace(/[^\w ]/g, '\\$&');

/** The names by which a script imports from outside its own folder tree. @param {string} code */
const bareImports = (code) =>
  [
    /^(?:import|export)\b[^;]*?\bfrom '([^'./][^']*)'/gm,
    /^import '([^'./][^']*)'/gm,
    /(?<!\{|\|)\bimport\('([^'./][^']*)'\)(?!\.[A-Z])/gm, // no type
  ].flatMap((form) => Array.from(code.matchAll(form), ([, name]) => name));

/** Every package whose modules are reached from what page and library import by name; bundled here again. */
async function packagesReached() {
  const sources = [
    ...(await filesIn(at('shim'), /\.js$/)),
    ...(await filesIn(at('web'), /\.js$/)),
    at('.setup/sha256.d.mts'),
  ].filter((file) => !file.endsWith('vite.config.js'));
  const imports = new Set(
    (await Promise.all(sources.map(read))).flatMap(bareImports).filter((name) => !/^(node:|fitting-room)/.test(name)),
  );
  const entry = [...imports]
    .map((name, i) => `import * as all${i} from ${JSON.stringify(name)};\nconsole.log(all${i});`)
    .join('\n');
  const bundle = await rolldown({
    input: 'entry',
    cwd: root,
    external: /^node:/,
    logLevel: 'silent',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? at('shim/entry.js') : null),
        load: (id) => (id === at('shim/entry.js') ? entry : null),
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'es' });
  await bundle.close();
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  return {
    imports,
    packages: new Set(modules.flatMap((id) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? [])),
  };
}

describe('the page', () => {
  test('names every package that its modules reach, with version and the whole licence', async () => {
    const { imports, packages } = await packagesReached();
    assert.ok(packages.size >= 4 && packages.size >= [...imports].length - 1, `${[...imports]} reach ${[...packages]}`);
    for (const name of packages) {
      const folder = at('node_modules', name);
      const { version, license } = JSON.parse(await read(join(folder, 'package.json')));
      const entry = named(inPage).get(name) ?? assert.fail(`${name} is bundled and not named`);
      assert.equal(entry.version, version, name);
      if (!license.startsWith('SEE')) assert.equal(entry.licence, license, name);
      const [file] = await filesIn(folder, /^licen[cs]e(\.\w+)?$/i);
      assert.ok(
        section(inPage, name).includes((await read(file)).replaceAll('\r\n', '\n').trim()),
        `the licence of ${name} is not whole`,
      );
    }
  });

  test('names every package on which the library depends', async () => {
    const { dependencies } = JSON.parse(await read(at('package.json')));
    assert.ok(Object.keys(dependencies).length > 0);
    for (const name of Object.keys(dependencies)) assert.ok(named(inPage).has(name), name);
  });

  test('names what those have bundled themselves, as long as it is there', async () => {
    const scripts = await Promise.all(
      (await filesIn(at('dist/assets'), /\.m?js$/)).map((file) => readFile(file, 'latin1')),
    );
    const libhdf5 = (/** @type {string} */ script) => script.includes('HDF5 library version');
    const inflate = (/** @type {string} */ script) => script.includes('incorrect data check');
    /**
     * @type {[string, (script: string) => boolean, RegExp][]} its name, how it is recognised, and a phrase of its
     *   licence
     */
    const traces = [
      ['HDF5 (the part of Lawrence Berkeley National Laboratory)', libhdf5, /Regents of the University of California/],
      ['h5wasm', libhdf5, /NIST-developed software[^]*Copyright 2006 by The HDF Group[^]*Board of Trustees/],
      ['zlib', inflate, /Jean-loup Gailly and Mark Adler/],
      ['libaec', (script) => script.includes('szip-src/src/vector.c'), /Rosenhauer/],
      ['libc++ and libc++abi', (script) => script.includes('libcxxabi'), /LLVM Exceptions/],
    ];
    assert.ok(scripts.some(inflate) && scripts.some(libhdf5), 'the traces are still to be found');
    for (const [name, isIn, licence] of traces) {
      assert.equal(named(inPage).has(name), scripts.some(isIn), name);
      if (scripts.some(isIn)) assert.match(section(inPage, name), licence);
    }
  });

  test('names what is linked into the core, and what its models were trained on', async () => {
    assert.ok(
      (await filesIn(at('dist/assets'), /\.wasm$/)).length >= 5 &&
        (await filesIn(at('dist/assets'), /\.fit$/)).length >= 3,
    );
    const said = /^emcc .* (\d+\.\d+\.\d+)\b/.exec((await run(at('build/emcc'), ['--version'])).stdout)?.[1];
    assert.equal(named(inPage).get('Emscripten')?.version, said);
    assert.match(
      section(inPage, 'Emscripten'),
      /Copyright \(c\) 2010-2014 Emscripten authors[^]*NCSA|NCSA[^]*Emscripten authors/,
    );
    assert.match(section(inPage, 'musl'), /Rich Felker, et al\.[^]*Sun Microsystems/);
    assert.match(section(inPage, 'compiler-rt'), /Apache License[^]*LLVM Exceptions[^]*University of Illinois/);
    assert.match(section(inPage, 'Fashion-MNIST'), /Copyright © 2017 Zalando SE/);
  });

  test('gives everyone a licence, an address and a text', () => {
    for (const [name, { version, licence }] of named(inPage)) {
      const [, heading, text] =
        /^((?:.+\n){3}(?:\n.+\n.+\nhttps:.+\n)*)\n([^]+)$/.exec(section(inPage, name)) ?? assert.fail(name);
      assert.match(`\n${heading}`, new RegExp(`\\n${escaped(name)} .+\\n${escaped(licence)}\\nhttps://`), version);
      assert.ok(text.length > 100, name);
    }
  });

  test('links to it at its foot, in both languages, and keeps it for use without a network', async () => {
    const html = await read(at('dist/index.html'));
    const footer = /<footer[^]*<\/footer>/.exec(html)?.[0] ?? '';
    // in a tab of its own: in this tab, a run would end
    assert.match(
      footer,
      new RegExp(`<a href="THIRD-PARTY\\.txt" target="_blank" data-i18n="third-party">${texts['third-party']}</a>`),
    );
    assert.match(zhHans['third-party'], /^\p{Script=Han}+$/u);
    assert.match(await read(at('dist/service-worker.js')), /THIRD-PARTY\.txt/);
  });
});

test('the npm package names what it contains, and leaves its dependencies to speak for themselves', async () => {
  assert.deepEqual([...named(inPackage).keys()], ['@noble/hashes', 'compiler-rt', 'Emscripten', 'musl']);
  assert.match(section(inPackage, '@noble/hashes'), /Paul Miller/);
  for (const name of ['compiler-rt', 'Emscripten', 'musl'])
    assert.equal(section(inPackage, name), section(inPage, name).replace(/^libc\+\+[^]*?\n\n/m, ''));
  const { files } = JSON.parse(await read(at('package.json')));
  assert.ok(files.includes('build/THIRD-PARTY.txt'));
});

describe('a build is refused', () => {
  /**
   * Packages by name in a new folder, and a script that imports them all.
   * @param {Record<string, Record<string, string>>} packages
   * @param {(folder: string) => Promise<void>} use
   */
  async function withPackages(packages, use) {
    const folder = await mkdtemp(join(tmpdir(), 'fitting-room-third-party-'));
    try {
      for (const [name, files] of Object.entries(packages)) {
        const home = join(folder, 'node_modules', name);
        await mkdir(home, { recursive: true });
        for (const [file, text] of Object.entries(files)) await writeFile(join(home, file), text);
      }
      await writeFile(
        join(folder, 'main.js'),
        Object.keys(packages)
          .map((name, i) => `import * as all${i} from '${name}';\nconsole.log(all${i});\n`)
          .join(''),
      );
      await use(folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  const manifest = (/** @type {object} */ more) =>
    JSON.stringify({
      name: 'tulle',
      version: '1.2.3',
      main: 'index.js',
      license: 'MIT',
      homepage: 'https://tulle.example',
      ...more,
    });
  const whole = { 'package.json': manifest({}), 'index.js': 'export const weave = 1;', LICENSE: 'Copyright (c) Tulle' };

  /** The THIRD-PARTY.txt for that script, bundled. @param {string} folder @param {...import('rolldown').Plugin} more */
  async function bundled(folder, ...more) {
    const { name, generateBundle } = thirdParty();
    const bundle = await rolldown({
      input: join(folder, 'main.js'),
      cwd: folder,
      logLevel: 'silent',
      plugins: [...more, /** @type {import('rolldown').Plugin} */ ({ name, generateBundle })],
    });
    try {
      const { output } = await bundle.generate({ format: 'es' });
      const file = output.find(({ fileName }) => fileName === 'THIRD-PARTY.txt');
      return file?.type === 'asset' ? String(file.source) : '';
    } finally {
      await bundle.close();
    }
  }

  test('no one is in the way of a package that has what is needed', () =>
    withPackages({ tulle: whole }, async (folder) => {
      const text = await bundled(folder);
      assert.deepEqual(named(text).get('tulle'), { version: '1.2.3', licence: 'MIT' });
      assert.match(section(text, 'tulle'), /https:\/\/tulle\.example\n\nCopyright \(c\) Tulle\n/);
    }));

  /** @type {[string, Record<string, string>, RegExp][]} */
  const lacking = [
    [
      'the text of its licence',
      { LICENSE: '' },
      /THIRD-PARTY\.txt: tulle must have a file with its licence; keep the text in \.setup\/licences\//,
    ],
    [
      'a licence',
      { 'package.json': manifest({ license: undefined }) },
      /tulle 1\.2\.3 must name its licence, got undefined/,
    ],
    [
      'more than a pointer to it',
      { 'package.json': manifest({ license: 'SEE LICENSE IN LICENSE.txt' }) },
      /must name its licence, got "SEE LICENSE IN LICENSE\.txt"/,
    ],
    ['an address', { 'package.json': manifest({ homepage: undefined }) }, /must say where it comes from/],
    [
      'what it has bundled, installed beside it',
      { 'index.js': '// node_modules/organza/index.js\nexport const weave = 1;' },
      /organza must be installed, since .* contains it/,
    ],
  ];
  for (const [what, files, message] of lacking) {
    test(`where a package lacks ${what}`, () =>
      withPackages(
        { tulle: { ...whole, ...files } },
        async (folder) => void (await assert.rejects(bundled(folder), message)),
      ));
  }

  test('where a package that contains others has become another version', () =>
    withPackages(
      { h5wasm: { ...whole, 'package.json': manifest({ name: 'h5wasm', version: '9.9.9' }) } },
      async (folder) => {
        await assert.rejects(
          bundled(folder),
          /INSIDE must say what h5wasm 9\.9\.9 contains, and knows 0\.10\.3; look into it/,
        );
      },
    ));

  test('where a script comes without its modules, or a module from nowhere', () =>
    withPackages({ tulle: whole }, async (folder) => {
      const slipped = {
        name: 'slipped',
        buildStart() {
          /** @type {any} */ (this).emitFile({ type: 'asset', fileName: 'assets/worker-12345678.js', source: '1' });
        },
      };
      await assert.rejects(
        bundled(folder, slipped),
        /every script must say what modules it has, got assets\/worker-12345678\.js/,
      );
      assert.throws(
        () => noticesOfModule('\0elsewhere/helpers.js'),
        /must be a file or a helper of Vite's or Rolldown's, got "\\u0000elsewhere/,
      );
      assert.deepEqual(
        noticesOfModule('\0rolldown/runtime.js').map(({ name }) => name),
        ['rolldown'],
      );
    }));

  test('and a licence that two share stands once, below both names', () =>
    withPackages({ tulle: whole, voile: { ...whole, 'package.json': manifest({ name: 'voile' }) } }, async (folder) => {
      const text = written(
        ['voile', 'tulle'].flatMap((name) => noticesOfPackage(name, join(folder, 'node_modules', name))),
      );
      assert.deepEqual([...named(text).keys()], ['tulle', 'voile']);
      assert.equal(section(text, 'tulle'), section(text, 'voile'));
      assert.equal(text.split('Copyright (c) Tulle').length, 2);
    }));
});
