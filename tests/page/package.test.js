import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { launch } from '../support/browsers.js';
import { startServer } from '../support/static-server.js';

/** The npm package as its users get it: in Node, in TypeScript, in a Vite app, and in a page without a bundler. */

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const tool = (/** @type {string} */ name) => join(root, 'node_modules/.bin', name);
const LONG = { timeout: 120_000 };

/** What each of them does, using every module of the package. */
const TRAIN = `
export async function train({ loadCore, loadModel, sequential, layers, datasets, preparePhoto }) {
  const { build, threads, fallback } = await loadCore({ threads: 2 });
  const garments = await datasets.synthetic({ trainSize: 300, testSize: 50, seed: 3 });
  const model = await sequential({ layers: [
    layers.conv2d({ inputShape: [28, 28, 1], filters: 4, kernelSize: 3, activation: 'relu' }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 10, activation: 'softmax' }),
  ], seed: 7, threads: 2 });
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const { history } = await model.fit(garments.train.images, garments.train.labels, { epochs: 3, verbose: 0 });
  const classes = await model.predictClasses(garments.test.images);
  const again = await (await loadModel(await model.save(), { threads: 2 })).predictClasses(garments.test.images);
  const { kind } = await preparePhoto({
    width: 28, height: 28, rows: (first, count) => new Uint8Array(count * 28 * 4).fill(255),
  });
  return { build, threads, fallback, kind, losses: history.loss, classes: [...classes.data], again: [...again.data] };
}
`;

/**
 * @typedef {{ build: string, threads: number, fallback: { reason: string, message: string } | null, kind: string,
 *   losses: number[], classes: number[], again: number[] }} Trained
 */

/** Where the package is imported from, in a bundled app or in Node. */
const BY_NAME = { main: 'fitting-room', photo: 'fitting-room/photo' };

/** Where the package is imported from, in a page without a bundler. @param {string} folder */
const byAddress = (folder) => ({ main: `${folder}/shim/index.js`, photo: `${folder}/shim/photo.js` });

/** @param {typeof BY_NAME} from */
const imports = ({ main, photo }) => `
import * as fittingRoom from '${main}';
import { preparePhoto } from '${photo}';
import { train } from './train.js';
const training = train({ ...fittingRoom, preparePhoto });
`;

/** The script of an app in a page. @param {typeof BY_NAME} from */
const inPage = (from) => `
${imports(from)}
training.then((trained) => (globalThis.trained = trained), (error) => (globalThis.trained = { error: String(error) }));
`;

const PAGE =
  '<!doctype html><meta charset="utf-8"><title>App</title><link rel="icon" href="data:,"><script type="module" ' +
  'src="./main.js"></script>';

/** Every type that a signature of the API names. */
const NAMED = `
  Activation, ActivationsOptions, Batch, Built, Callback, CallbackParams, CompileOptions, Dataset,
  EvaluateDatasetOptions, EvaluateOptions, ExportOptions, Fallback, FitDatasetOptions, FitOptions, FormatName,
  Given, History, ImportSource, Initializer, InputOptions, Layer, LayerConfig, Logs, Loss, LossOptions, Metric,
  ModelOptions, NamedFile, NumberArray, OptimizerOptions, Padding, PassOptions, Progress, ReadOptions, Regularizer,
  Runtime, RuntimeOptions, Samples, SaveOptions, Schedule, SequentialOptions, Source, SymbolicTensor, Tensor,
  TransferOptions
`;

/** Uses the API like a strict TypeScript user; marked lines must be refused. */
const TYPED = `
import {
  callbacks, datasets, exportModel, FittingRoomError, layers, loadCore, loadModel, losses, metrics, Model, sequential,
  tensor,
} from 'fitting-room';
import type { ${NAMED} } from 'fitting-room';
import { preparePhoto } from 'fitting-room/photo';
import * as tf from 'fitting-room/tf';

export type Named = [${NAMED}];
declare function print(...values: unknown[]): void;
const watching: Callback = { onEpochEnd: (epoch: number, logs: Logs) => print(epoch, logs.loss) };
const frozen = { shape: [1, 28, 28, 1], data: new Uint8Array(784) } as const;

export async function main(): Promise<number> {
  const { train, classNames } = await datasets.synthetic({ trainSize: 10 });
  const model: Model = await sequential({
    layers: [layers.flatten({ inputShape: [28, 28, 1] }), layers.dense({ units: 10, activation: 'softmax' })], seed: 1,
  });
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const { history } = await model.fit(train.images, train.labels, {
    epochs: 1, callbacks: [callbacks.earlyStopping({ monitor: 'loss' })],
  });
  const falling: number[] = history.loss;
  const bytes: Uint8Array = await model.save({ dtype: 'int8' });
  const loaded = await loadModel(bytes);
  const classes: Int32Array = (await loaded.predictClasses(tensor(new Uint8Array(784), [1, 28, 28, 1]))).data;
  const { box } = await preparePhoto({ width: 1, height: 1, rows: () => new Uint8Array(4) });
  const options: FitOptions = { batchSize: 4, callbacks: [watching] as readonly Callback[] };
  const compiled: CompileOptions = { optimizer: { name: 'sgd' } satisfies OptimizerOptions, loss: 'mse' };
  model.compile(compiled);
  const record: History = await model.fit(frozen, tensor(Int16Array.of(1), [1]), options);
  const files: NamedFile[] = await exportModel(model, 'onnx' satisfies FormatName);
  const symbol: SymbolicTensor = model.outputs[0];
  const config: LayerConfig = model.layers[0].config;
  // @ts-expect-error: samples are bytes or floats
  await model.predict(tensor(Int16Array.of(1), [1]));
  // @ts-expect-error: those of a batch, too
  await model.fitDataset([[tensor(Int16Array.of(1), [1]), tensor(Int16Array.of(1), [1])]]);
  await model.fitDataset(function* () {
    yield { xs: frozen, ys: tensor([1], [1]) };
  });
  const shape28 = [28, 28, 1] as const;
  const stacked = await sequential({
    layers: [layers.flatten({ inputShape: shape28 }), layers.dense({ units: 2 })] as const,
    threads: 1,
  } satisfies SequentialOptions);
  stacked.compile({ optimizer: 'sgd', loss: losses.meanSquaredError, metrics: ['mse', metrics.topK] as const });
  // @ts-expect-error: what runs a model is no part of it
  stacked.runner();
  // @ts-expect-error: models are not made by new
  new Model({});
  const runtime: Runtime = await loadCore();
  print(runtime.heapInUse());
  print(record.history, files[0].name, symbol.shape, config.kind);
  const ones: tf.Tensor = tf.ones([2, 2]).sub(1).div(tf.scalar(2)).exp();
  const stack: tf.Sequential = tf.sequential();
  stack.add(tf.layers.conv2d({
    batchInputShape: [null, 4, 4, 1], filters: 2, kernelSize: 3, dataFormat: 'channelsLast', dilationRate: 1,
    activation: null, kernelInitializer: 'randomNormal',
  }));
  stack.add(tf.layers.flatten());
  stack.compile({ optimizer: 'SGD', loss: tf.losses.meanSquaredError, metrics: ['mse'] });
  await stack.fit(tf.ones([2, 4, 4, 1]), tf.ones([2, 8]), { epochs: 1, verbose: 0 });
  const kernel: tf.Tensor = stack.layers[0].getWeights()[0];
  const shape: (number | null)[] | undefined = stack.outputs[0].shape;
  const reloaded: tf.LayersModel = await tf.loadLayersModel('file://model.json');
  // @ts-expect-error: a size is a number
  await datasets.synthetic({ trainSize: 'ten' });
  // @ts-expect-error: there is no such layer
  layers.conv5d;
  try {
    return falling[0] + classes[0] + box.left + ones.shape.length + classNames.length + kernel.size +
      (shape?.length ?? 0) + reloaded.layers.length;
  } catch (error) {
    if (error instanceof FittingRoomError) print(error.code);
    throw error;
  }
}
`;

/** @type {string} an empty project with the package installed */
let project;

before(async () => {
  project = await mkdtemp(join(tmpdir(), 'fitting-room-package-'));
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], {
    cwd: root,
  });
  const [{ filename }] = JSON.parse(stdout);
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'app', version: '1.0.0', type: 'module' }));
  await run('npm', ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', `./${filename}`], {
    cwd: project,
  });
  await writeFile(join(project, 'train.js'), TRAIN);
}, LONG);

after(() => rm(project, { recursive: true, force: true }));

/** @param {Trained} trained */
function assertTrained({ kind, losses, classes, again }) {
  assert.equal(losses.length, 3);
  assert.ok(losses[2] < losses[0], `the loss went from ${losses[0]} to ${losses[2]}`);
  assert.ok(new Set(classes).size > 1, `all of class ${classes[0]}`);
  assert.deepEqual(again, classes);
  assert.equal(kind, 'photo');
}

/**
 * The training result of a page in Chromium.
 * @param {string} url @param {number} [timeout] ms
 * @returns {Promise<Trained>}
 */
async function trainedAt(url, timeout) {
  const browser = await launch('chromium');
  try {
    await browser.open(url);
    const trained = await browser.waitFor('globalThis.trained', { timeout });
    assert.equal(trained.error, undefined);
    assert.deepEqual(browser.errors, []);
    return trained;
  } finally {
    await browser.close();
  }
}

/** A folder of the project, containing the page of an app. @param {string} name @param {typeof BY_NAME} from */
async function pageIn(name, from) {
  const folder = join(project, name);
  await mkdir(folder);
  for (const [file, text] of [
    ['index.html', PAGE],
    ['main.js', inPage(from)],
    ['train.js', TRAIN],
  ])
    await writeFile(join(folder, file), text);
  return folder;
}

/**
 * @param {string} folder
 * @param {import('../support/static-server.js').ServerOptions} options
 * @param {(url: string) => Promise<void>} use
 */
async function served(folder, options, use) {
  const server = await startServer({ folder, ...options });
  await use(server.url).finally(server.close);
}

test('what is in the package, and nothing else', async () => {
  const folder = join(project, 'node_modules/fitting-room');
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const names = files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
  const build = (/** @type {string} */ name) => [`build/${name}/fitting-room.mjs`, `build/${name}/fitting-room.wasm`];
  assert.deepEqual(
    names.filter((name) => !/^(shim\/.*\.js|build\/types\/.*\.d\.ts)$/.test(name)).sort(),
    [
      'shim/CHANGELOG.md',
      'LICENSE',
      'README.md',
      'package.json',
      'shim/KERAS.md',
      'shim/platform.d.ts',
      'build/photo/photo.wasm',
      'build/synthetic/synthetic.wasm',
      'build/THIRD-PARTY.txt',
      'build/WASM.txt',
      'build/sha256/sha256.mjs',
    ]
      .concat(...['simd', 'simd-mt', 'relaxed', 'relaxed-mt'].map(build))
      .sort(),
  );
  for (const { parentPath, name } of files) {
    const { mode } = await stat(join(parentPath, name));
    assert.equal(mode & 0o111, 0, `${name} can be executed`);
  }
  const [compiler, ...digests] = (await readFile(join(folder, 'build/WASM.txt'), 'utf8')).trimEnd().split('\n');
  assert.match(compiler, /^emcc .* \d+\.\d+\.\d+$/);
  assert.equal(digests.length, names.filter((name) => name.endsWith('.wasm')).length);
  for (const line of digests) {
    const [digest, name] = line.split(/ +/);
    const bytes = await readFile(join(folder, 'build', name));
    assert.equal(createHash('sha256').update(bytes).digest('hex'), digest, name);
  }
  const installed = (await readdir(join(project, 'node_modules'))).filter((name) => !name.startsWith('.'));
  assert.deepEqual(installed, [
    'fflate',
    'fitting-room',
    'h5wasm',
    'papaparse',
    'pbf',
    'protocol-buffers-schema',
    'resolve-protobuf-schema',
  ]);
  const sources = (await readdir(join(root, 'shim'), { recursive: true })).filter((name) => name.endsWith('.js'));
  assert.equal(names.filter((name) => name.startsWith('shim/') && name.endsWith('.js')).length, sources.length);
});

test('in Node', LONG, async () => {
  await writeFile(join(project, 'node.js'), `${imports(BY_NAME)}\nconsole.log(JSON.stringify(await training));\n`);
  const { stdout, stderr } = await run(process.execPath, ['--no-concurrent-recompilation', 'node.js'], {
    cwd: project,
  });
  assert.equal(stderr, '');
  const trained = JSON.parse(stdout);
  assertTrained(trained);
  assert.equal(trained.threads, 2);
});

for (const [resolution, lib] of /** @type {const} */ ([
  ['bundler', ['es2022', 'dom']],
  ['nodenext', ['es2022', 'dom']],
  ['nodenext', ['es2022']],
])) {
  test(`in TypeScript, ${resolution}, with the types of ${lib}`, LONG, async () => {
    const module = resolution === 'bundler' ? 'esnext' : 'nodenext';
    await writeFile(join(project, 'app.ts'), TYPED);
    await writeFile(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          noEmit: true,
          skipLibCheck: false,
          target: 'es2022',
          lib,
          types: [],
          module,
          moduleResolution: resolution,
        },
        files: ['app.ts'],
      }),
    );
    await run(tool('tsc'), ['--project', 'tsconfig.json'], { cwd: project }).catch(({ stdout }) => assert.fail(stdout));
  });
}

test('in an app that Vite builds', LONG, async () => {
  const folder = await pageIn('app', BY_NAME);
  // h5wasm, which is loaded only to write .keras files, is large; the time of plugins depends on the machine
  const config =
    'export default { build: { chunkSizeWarningLimit: 5000, rolldownOptions: { checks: { pluginTimings: false } ' +
    '} } };\n';
  await writeFile(join(folder, 'vite.config.js'), config);
  const { stderr } = await run(tool('vite'), ['build', '--logLevel', 'warn'], { cwd: folder });
  assert.equal(stderr, '');
  await served(join(folder, 'dist'), { isolated: true }, async (url) => {
    const trained = await trainedAt(url);
    assertTrained(trained);
    assert.deepEqual([trained.build, trained.threads], ['relaxed-mt', 2], JSON.stringify(trained.fallback));
  });
});

test('in an app that Vite serves as it is written', LONG, async () => {
  const { createServer } = await import('vite');
  const server = await createServer({
    root: await pageIn('served', BY_NAME),
    configFile: false,
    logLevel: 'error',
    server: {
      host: '127.0.0.1',
      port: 0,
      headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
    },
  });
  try {
    await server.listen();
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.httpServer?.address());
    const trained = await trainedAt(`http://127.0.0.1:${port}/`);
    assertTrained(trained);
    assert.equal(trained.threads, 2, JSON.stringify(trained.fallback));
  } finally {
    await server.close();
  }
});

test('in a page without a bundler, from another origin: on one thread, and it says why', LONG, async () => {
  await served(join(project, 'node_modules'), { shared: true }, async (packages) => {
    const folder = await pageIn('plain', byAddress(`${packages}fitting-room`));
    for (const [isolated, reason] of /** @type {const} */ ([
      [true, 'failed'],
      [false, 'not-isolated'],
    ])) {
      await served(folder, { isolated }, async (url) => {
        const trained = await trainedAt(url);
        assertTrained(trained);
        assert.deepEqual([trained.build, trained.threads, trained.fallback?.reason], ['relaxed', 1, reason]);
        assert.match(trained.fallback?.message ?? '', isolated ? /./ : /must send COOP and COEP headers$/);
      });
    }
  });
});

test('in a page without a bundler, from its own origin: on threads', LONG, async () => {
  await pageIn('own', byAddress('/node_modules/fitting-room'));
  await served(project, { isolated: true }, async (url) => {
    const trained = await trainedAt(`${url}own/index.html`);
    assertTrained(trained);
    assert.equal(trained.threads, 2, JSON.stringify(trained.fallback));
  });
});

/** Stores a model with each library, and loads both with each. */
const STORE = `
import * as ours from '/node_modules/fitting-room/shim/tf.js';
import { preparePictures } from '/node_modules/fitting-room/shim/photo.js';
const theirs = globalThis.tf;
const weights = [[1, 2], [3, 4]];
const model = (tf) => {
  const made = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2], useBias: false })] });
  made.setWeights([tf.tensor2d(weights)]);
  return made;
};
async function run() {
  await theirs.setBackend('cpu');
  await model(ours).save('indexeddb://ours');
  await model(theirs).save('indexeddb://theirs/1');
  const loaded = [];
  for (const tf of [ours, theirs])
    for (const name of ['ours', 'theirs/1'])
      loaded.push((await tf.loadLayersModel('indexeddb://' + name)).getWeights()[0].arraySync());
  const listed = [];
  for (const tf of [ours, theirs]) listed.push(Object.keys(await tf.io.listModels()).sort());
  await ours.io.removeModel('indexeddb://ours');
  const gone = await ours.loadLayersModel('indexeddb://ours').catch(({ message }) => message);
  const left = Object.keys(await theirs.io.listModels());
  const canvas = Object.assign(document.createElement('canvas'), { width: 2, height: 1 });
  const context = canvas.getContext('2d');
  context.fillStyle = 'rgb(10, 20, 30)';
  context.fillRect(1, 0, 1, 1);
  const pixels = [ours, theirs].map((tf) => tf.browser.fromPixels(canvas).arraySync());
  const image = new Image();
  image.src = canvas.toDataURL();
  await image.decode();
  pixels.push(ours.browser.fromPixels(image).arraySync());
  const kinds = [canvas, await createImageBitmap(canvas), image, context.getImageData(0, 0, 2, 1)];
  const batch = await preparePictures(kinds, { size: [1, 2], channels: 3 });
  const refused = await preparePictures([document.body], { size: [1, 2], channels: 3 }).catch(({ message }) => message);
  await ours.browser.toPixels(ours.tensor3d([[[1, 0, 0]]]), canvas);
  const drawn = [canvas.width, ...context.getImageData(0, 0, 1, 1).data];
  return { loaded, listed, gone, left, pixels, batch: [...batch.data], shape: batch.shape, refused, drawn };
}
run().then((trained) => (globalThis.trained = trained), (error) => (globalThis.trained = { error: String(error) }));
`;

test("TensorFlow.js's names in a page: IndexedDB is shared with it, pixels are the same", LONG, async () => {
  const folder = join(project, 'tensorflow');
  await mkdir(folder);
  const libraries = ['core/dist/tf-core', 'layers/dist/tf-layers', 'backend-cpu/dist/tf-backend-cpu'];
  for (const library of libraries)
    await copyFile(
      join(root, `node_modules/@tensorflow/tfjs-${library}.min.js`),
      join(folder, `${basename(library)}.js`),
    );
  const scripts = libraries.map((library) => `<script src="./${basename(library)}.js"></script>`).join('');
  await writeFile(join(folder, 'index.html'), PAGE.replace('<script', `${scripts}<script`));
  await writeFile(join(folder, 'main.js'), STORE);
  await served(project, {}, async (url) => {
    const { loaded, listed, gone, left, pixels, drawn, ...rest } = /** @type {any} */ (
      await trainedAt(`${url}tensorflow/index.html`)
    );
    const weights = [
      [1, 2],
      [3, 4],
    ];
    assert.deepEqual(loaded, [weights, weights, weights, weights]);
    const both = ['indexeddb://ours', 'indexeddb://theirs/1'];
    assert.deepEqual(listed, [both, both]);
    assert.equal(gone, "loadLayersModel: there is no model 'ours' in IndexedDB");
    assert.deepEqual(left, ['indexeddb://theirs/1']);
    const seen = [
      [
        [0, 0, 0],
        [10, 20, 30],
      ],
    ];
    assert.deepEqual(pixels, [seen, seen, seen]);
    const prepared = [255, 255, 255, 10, 20, 30]; // what is see-through is shown on white
    assert.deepEqual(rest.shape, [4, 1, 2, 3]);
    assert.deepEqual(rest.batch, [...prepared, ...prepared, ...prepared, ...prepared]);
    assert.match(rest.refused, /^preparePicture: /);
    assert.deepEqual(drawn, [1, 255, 0, 0, 255]);
  });
});

test('on pages without crypto.subtle its stand-in is found without a bundler', async () => {
  const text = await readFile(join(project, 'node_modules/fitting-room/build/sha256/sha256.mjs'), 'utf8');
  assert.doesNotMatch(text, /^\s*import /m);
});

/** Makes more models than there is memory for, and forgets each of them. */
const FORGET = `
import { layers, sequential } from '/node_modules/fitting-room/shim/index.js';
async function run() {
  const dense = () => layers.dense({ inputShape: [1024], units: 1760, kernelInitializer: 'zeros' }); // 7 MB
  let made = 0;
  for (const threads of [1, 2])
    for (let i = 0; i < 1000; i++, made++) {
      const model = await sequential({ layers: [dense()], threads });
      if (i % 10 === 0) model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    }
  return { made };
}
run().then((trained) => (globalThis.trained = trained), (error) => (globalThis.trained = { error: String(error) }));
`;

test('a thousand models of 7 MB are made and forgotten in a page', { timeout: 300_000 }, async () => {
  const folder = join(project, 'forgetting');
  await mkdir(folder);
  await writeFile(join(folder, 'index.html'), PAGE);
  await writeFile(join(folder, 'main.js'), FORGET);
  await served(project, { isolated: true }, async (url) => {
    const { made } = /** @type {any} */ (await trainedAt(`${url}forgetting/index.html`, 240_000));
    assert.equal(made, 2000);
  });
});
