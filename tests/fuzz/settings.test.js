/** The page's address: settings and models that somebody typed or made up. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { useBuild } from '../../shim/core/loading.js';
import { assemble } from '../../web/assembly.js';
import { misread } from '../../web/editing.js';
import { KINDS, optionsOf } from '../../web/kinds.js';
import { MAX_LAYERS, PRESETS, parseModel, specsOf, writeModel } from '../../web/model-spec.js';
import { FIELDS, readSettings, writeSettings } from '../../web/settings.js';
import { BUILDS, isRefusal } from '../api/support.js';
import { fuzz } from './property.js';

useBuild(...BUILDS[0]);

const odd = fc.constantFrom(
  '',
  '0',
  '1',
  '-1',
  '1e999',
  '-0',
  'NaN',
  'Infinity',
  '0x10',
  '1_0',
  ' 3 ',
  '１',
  '__proto__',
  'constructor',
  'toString',
  'same',
  'relu',
  '-1x-1',
  '99999x99999',
);
const word = fc.oneof(
  odd,
  odd,
  fc.double().map(String),
  fc.integer().map(String),
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
);

/** A valid layer as an address spells it. */
const plain = fc.constantFrom(...Object.keys(KINDS).filter((kind) => !KINDS[kind].joins)).chain((kind) => {
  const options = Object.entries(optionsOf(kind)).map(([name, { values = ['0', '1', '2', '3', '0.5'] }]) =>
    fc.constantFrom(...values).map((value) => `${name}=${value}`),
  );
  return fc
    .subarray(options, { maxLength: Math.min(2, options.length) })
    .chain((chosen) => fc.tuple(...chosen))
    .map((words) => [kind, ...words].join(':'));
});

/** A layer as an address spells it, or almost. */
const part = fc.constantFrom(...Object.keys(KINDS), '__proto__', 'hasOwnProperty').chain((kind) => {
  const names = Object.hasOwn(KINDS, kind) ? Object.keys(optionsOf(kind)) : [];
  const values = names.flatMap((name) => optionsOf(kind)[name].values ?? []);
  const value = fc.oneof(fc.constantFrom('1', '2', '3', '0.5', '0', ...values), word);
  const named = fc
    .tuple(fc.constantFrom(...names, 'from', 'with', 'constructor'), value)
    .map(([name, text]) => `${name}=${text}`);
  return fc.array(fc.oneof(value, named), { maxLength: 4 }).map((words) => [kind, ...words].join(':'));
});
const models = fc.oneof(
  { weight: 4, arbitrary: fc.array(part, { maxLength: 6 }).map((parts) => parts.join(',')) },
  { weight: 4, arbitrary: fc.array(plain, { maxLength: 3 }).map((parts) => [...parts, 'flatten'].join(',')) },
  { weight: 1, arbitrary: fc.constantFrom(...Object.keys(PRESETS), ','.repeat(80), 'flatten,'.repeat(700)) },
  { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
);

const keys = fc.oneof(
  fc.constantFrom(
    ...Object.values(FIELDS).map(({ key }) => key),
    'filters',
    'kernel-size',
    'pool-size',
    'units',
    'dropout',
  ),
  word,
);
const addresses = fc
  .tuple(fc.option(models), fc.array(fc.tuple(keys, word), { maxLength: 6 }), fc.string({ maxLength: 4 }))
  .map(([text, pairs, end]) => {
    const query = new URLSearchParams(text === null ? pairs : [['model', text], ...pairs]);
    return `?${query}${end}`;
  });

fuzz(
  'settings in the address',
  2.5,
  fc.oneof({ weight: 9, arbitrary: addresses }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) }),
  (search) => {
    const { settings, corrected } = readSettings(search);
    for (const [name, field] of Object.entries(FIELDS)) {
      const value = settings[/** @type {keyof typeof FIELDS} */ (name)];
      assert.ok(
        name === 'learningRate' ||
          value === field.initial ||
          field.parse(String(Number(value) === value || typeof value === 'string' ? value : Number(value))) === value,
        `${name} is ${value}`,
      );
    }
    for (const { text } of corrected) assert.equal(typeof text, 'string');
    const again = readSettings(writeSettings(settings, search));
    assert.deepEqual(again.settings, settings);
    assert.deepEqual(again.corrected, []);
  },
);

/** As much as can be built quickly. @param {import('../../web/model-spec.js').Spec[]} specs */
const isSmall = (specs) =>
  specs.reduce(
    (product, { options }) =>
      product *
      Math.max(
        1,
        (options.filters ?? 1) * (options.depthMultiplier ?? 1) * (options.padding > 1 ? options.padding : 1),
      ),
    1,
  ) <= 64 && specs.filter(({ options }) => options.units > 64).length === 0;

let built = 0;

fuzz(
  'models in the address',
  0.5,
  models,
  async (text) => {
    const { layers, fault } = parseModel(text);
    if (!layers) return assert.equal(typeof fault, 'string');
    assert.ok(layers.length < MAX_LAYERS);
    assert.deepEqual(parseModel(writeModel(layers)), { layers });
    const specs = specsOf(layers);
    if (!isSmall(specs)) return;
    await assemble(specs, { seed: 1, runtime: {} }).then(({ built: made, shown }) => {
      built++;
      if (misread(layers).size === 0) assert.equal(shown().length, specs.length); // the page passes no others
      made.dispose();
    }, isRefusal);
  },
  { after: (runs) => assert.ok(built > runs / 50, `${built} models built of ${runs}`) },
);
