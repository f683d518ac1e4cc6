import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** What the project installs from npm: as its lock files say, and without running install scripts. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const NOT_OURS = new Set(['node_modules', 'build', 'dist', '.git']);

/** @param {string} folder @returns {Promise<string[]>} */
async function filesOf(folder) {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !NOT_OURS.has(name));
  const found = entries.map((entry) =>
    entry.isDirectory() ? filesOf(join(folder, entry.name)) : [join(folder, entry.name)],
  );
  return (await Promise.all(found)).flat();
}

const files = await filesOf(root);
const named = (/** @type {string} */ name) => files.filter((file) => file.endsWith(`/${name}`));
const json = async (/** @type {string} */ file) => JSON.parse(await readFile(file, 'utf8'));

/**
 * @typedef {{ version?: string, resolved?: string, integrity?: string, link?: boolean, dependencies?: object,
 *   devDependencies?: object }} Locked
 */

/**
 * What is wrong with a lock file.
 * @param {{ lockfileVersion?: number, packages: Record<string, Locked> }} lock
 * @param {{ dependencies?: object, devDependencies?: object }} manifest
 */
function faultsOf({ lockfileVersion, packages }, manifest) {
  const { '': own, ...others } = packages;
  const faults = Object.entries(others).flatMap(([name, { version, resolved, integrity }]) => [
    ...(version ? [] : [`${name} has no version`]),
    ...(integrity?.startsWith('sha512-') ? [] : [`${name} has no digest`]),
    ...(resolved ? [`${name} names a host`] : []),
  ]);
  for (const kind of /** @type {const} */ (['dependencies', 'devDependencies'])) {
    if (JSON.stringify(own[kind] ?? {}) !== JSON.stringify(manifest[kind] ?? {}))
      faults.push(`its ${kind} are not those of package.json`);
  }
  if (lockfileVersion !== 3) faults.push('it is of another version of npm');
  return faults;
}

/**
 * How a text calls npm: a shell script, a Makefile or a workflow in one way, a module in another.
 * @param {string} text
 */
function callsOf(text) {
  const inShell = text
    .replaceAll('\\\n', ' ')
    .matchAll(/(?:^|[;&|({@]|\brun:|\b(?:exec|then|do|else)\b)[ \t]*(npm [a-z].*)/gm);
  const inModules = text.matchAll(/('npm', \[[^\]]*\])/g);
  return [...inShell, ...inModules].map(([, call]) => call);
}

/**
 * Installs from a lock file, or one named local package, and never runs install scripts.
 * @param {string} call
 */
const isSafe = (call) => /^(npm +(ci|pack)\b|'npm', \['(pack|install)',).*--ignore-scripts\b/.test(call);

describe('lock files', () => {
  test('are beside every package.json, say what it says, and hold a digest for each package and no host', async () => {
    const manifests = named('package.json');
    assert.ok(manifests.length >= 3, `${manifests}`);
    for (const file of manifests) {
      const lock = join(dirname(file), 'package-lock.json');
      assert.deepEqual(faultsOf(await json(lock), await json(file)), [], relative(root, lock));
    }
    assert.equal(named('package-lock.json').length, manifests.length);
  });

  test('with a fault are found', async () => {
    const manifest = { dependencies: { tulle: '1.2.3' } };
    const lock = (/** @type {Locked} */ more) => ({
      lockfileVersion: 3,
      packages: { '': manifest, 'node_modules/tulle': { version: '1.2.3', integrity: 'sha512-x', ...more } },
    });
    assert.deepEqual(faultsOf(lock({}), manifest), []);
    assert.deepEqual(faultsOf(lock({ integrity: undefined }), manifest), ['node_modules/tulle has no digest']);
    assert.deepEqual(faultsOf(lock({ integrity: 'sha1-x' }), manifest), ['node_modules/tulle has no digest']);
    assert.deepEqual(faultsOf(lock({ resolved: 'https://registry.example/tulle.tgz' }), manifest), [
      'node_modules/tulle names a host',
    ]);
    assert.deepEqual(faultsOf(lock({}), { dependencies: { tulle: '1.3.0' } }), [
      'its dependencies are not those of package.json',
    ]);
  });

  test('of the toolchain and the build name exact versions', async () => {
    for (const file of named('package.json')) {
      const { dependencies = {}, devDependencies = {} } = await json(file);
      // the library's own dependencies are ranges, so that an app has one copy of each; the lock file names one version
      const isLibrary = file === join(root, 'package.json');
      for (const [name, version] of Object.entries({ ...devDependencies, ...(!isLibrary && dependencies) }))
        assert.match(version, /^\d+\.\d+\.\d+$/, `${name} in ${relative(root, file)}`);
      if (isLibrary)
        for (const [name, version] of Object.entries(dependencies)) assert.match(version, /^\^\d+\.\d+\.\d+$/, name);
    }
  });
});

describe('npm', () => {
  test('runs no script of a package, wherever it is called', async () => {
    const scripts = files.filter(
      (file) =>
        /\/(Makefile|\.ci\/.*|.*\.(sh|ya?ml|js|mk))$/.test(file) && !file.endsWith('/tests/setup/packages.test.js'),
    );
    const calls = (
      await Promise.all(
        scripts.map(async (file) =>
          callsOf(await readFile(file, 'utf8')).map((call) => ({ file: relative(root, file), call })),
        ),
      )
    ).flat();
    const where = new Set(calls.map(({ file }) => file));
    for (const file of ['Makefile', '.setup/npm.sh', '.setup/extract-emscripten.sh', 'tests/page/package.test.js'])
      assert.ok(where.has(file), file);
    assert.deepEqual(
      calls.filter(({ call }) => !isSafe(call)),
      [],
    );
  });

  test('that does is found', () => {
    const text = `
      npm ci --loglevel=error
      @npm install tulle
      have npm && npm i --ignore-scripts
      run: npm exec tulle
      await run('npm', ['install', './tulle.tgz']);
      npm install \\
        --ignore-scripts tulle
      npm ci --ignore-scripts
    `;
    assert.equal(callsOf(text).length, 7);
    assert.deepEqual(callsOf(text).map(isSafe), [false, false, false, false, false, true, false]);
  });
});
