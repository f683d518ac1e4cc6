import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { misread, moved, readsOf, without } from '../../web/editing.js';
import { explain } from '../../web/explain.js';
import { GROUPS, KINDS, optionsOf } from '../../web/kinds.js';
import { MAX_LAYERS, PRESETS, newLayer, parseModel, specsOf, writeModel } from '../../web/model-spec.js';
import { readSettings, writeSettings } from '../../web/settings.js';

/** Models as the page edits them and as an address spells them. */

/** @param {string} text */
function parsed(text) {
  const { layers, fault } = parseModel(text);
  assert.equal(fault, undefined, text);
  return /** @type {import('../../web/model-spec.js').Layer[]} */ (layers);
}

/** @param {string} text */
const again = (text) => writeModel(parsed(text));

/** A generator of numbers below `n`, always the same ones (mulberry32). @param {number} seed */
function numbersBelow(seed) {
  let state = seed;
  return (/** @type {number} */ n) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  };
}

describe('a model in an address', () => {
  test('a preset is written by its name, whole or by its layers', () => {
    for (const [name, text] of Object.entries(PRESETS)) {
      assert.equal(again(name), name);
      assert.equal(again(text), name);
      assert.deepEqual(misread(parsed(name)), new Map(), name);
    }
  });

  test('options without a name, with one, and in any order', () => {
    const short = 'conv2d:8:5:relu:same:strides=2:kernelInitializer=heNormal';
    assert.equal(again('conv2d:kernelInitializer=heNormal:activation=relu:8:same:strides=2:kernelSize=5'), short);
    assert.equal(again(short), short);
    assert.deepEqual(parsed(short)[0].options, {
      ...newLayer('conv2d', 1).options,
      filters: 8,
      kernelSize: 5,
      activation: 'relu',
      padding: 'same',
      strides: 2,
      kernelInitializer: 'heNormal',
    });
    assert.equal(again('conv2d'), 'conv2d:32:3', 'what nobody says is as usual');
    assert.equal(
      again('randomTranslation:0.2:0.1:nearest:interpolation=nearest'),
      'randomTranslation:0.2:0.1:nearest:interpolation=nearest',
    );
    assert.equal(
      again('reshape:7x7x-1,averagePooling2d:3:strides=1,batchNormalization:center=0'),
      'reshape:7x7x-1,averagePooling2d:3:strides=1,batchNormalization:center=0',
    );
    assert.equal(again(''), '', 'nothing but the last layer');
  });

  test('branches, by the places of the layers', () => {
    const text = 'conv2d:8:3:same,conv2d:8:3:same,add:with=1,conv2d:8:3:from=0:with=2'.replace(':with=2', '');
    const layers = parsed(text);
    assert.deepEqual(
      layers.map((_, at) => readsOf(layers, at)),
      [[0], [1], [2, 1], [0]],
    );
    assert.equal(again(text), text);
    assert.equal(again('flatten,dense:8:from=1'), 'flatten,dense:8', 'the layer before need not be said');
    assert.deepEqual(parsed('reshape:from=0,flatten:from=1'), parsed('reshape,flatten'), 'nor is it kept');
    const joined = parsed('conv2d:8:3:same,concatenate:with=0,conv2d:4:1,concatenate:from=1:with=2');
    assert.deepEqual(
      joined.map((_, at) => readsOf(joined, at)),
      [[0], [1, 0], [2], [1, 2]],
    );
    assert.equal(writeModel(joined), 'conv2d:8:3:same,concatenate:with=0,conv2d:4:1,concatenate:from=1:with=2');
  });

  test('every kind with every option, as it is and as it can be', () => {
    for (const kind of Object.keys(KINDS)) {
      const reads = KINDS[kind].joins ? ':with=0' : '';
      assert.equal(again(again(kind + reads)), again(kind + reads));
      for (const [name, field] of Object.entries(optionsOf(kind))) {
        for (const text of field.values ??
          (field.flag ? ['0', '1'] : [String(field.max ?? '2x3'), String(field.min ?? '-1')])) {
          const [layer] = parsed(`${kind}:${name}=${text}`);
          assert.deepEqual(parsed(writeModel([layer])), [layer], `${kind} ${name} ${text}`);
        }
      }
    }
    assert.deepEqual(Object.values(GROUPS).flat().sort(), Object.keys(KINDS).sort(), 'each can be added');
  });

  const bad = [
    'foo',
    ',',
    'conv2d,',
    'conv2d:32:3:4:5',
    'conv2d:0',
    'conv2d:2000',
    'conv2d:3.5',
    'conv2d:kernelSize=',
    'conv2d:relu:relu',
    'conv2d:magic',
    'conv2d:filters=8:filters=8',
    'add',
    'add:with=x',
    'add:with=9',
    'concatenate',
    'concatenate:with=x',
    'concatenate:with=9',
    'concatenate:with=0:axis=-1',
    'dense:from=1',
    'dense:with=0',
    'dense:-1',
    'dense:1e9',
    'dropout:1',
    'dropout:NaN',
    'dense:__proto__=1',
    'constructor',
    'toString:1',
    'dense:constructor=1',
    'reshape:-1x-1',
    'reshape:0',
    'reshape:1x2x3x4',
    'flatten:1',
    'batchNormalization:center=yes',
    Array(MAX_LAYERS).fill('flatten').join(),
    `dense:${'9'.repeat(5000)}`,
  ];
  for (const text of bad) {
    test(`${text.slice(0, 40)} is refused with the part at fault`, () => {
      const { layers, fault } = parseModel(text);
      assert.equal(layers, undefined);
      assert.equal(typeof fault, 'string');
      const { settings, corrected } = readSettings(`?model=${encodeURIComponent(text)}`);
      assert.equal(writeModel(settings.layers), 'tutorial');
      assert.deepEqual(
        corrected.map(({ key, used }) => [key, used]),
        [['model', 'tutorial']],
      );
      assert.ok(corrected[0].text.length <= 80);
    });
  }

  test('as many layers as there may be', () =>
    assert.equal(
      parsed(
        Array(MAX_LAYERS - 1)
          .fill('flatten')
          .join(),
      ).length,
      MAX_LAYERS - 1,
    ));

  test('whatever is in an address: a model or a fault, and what is written reads the same', () => {
    const below = numbersBelow(7);
    const words = [
      'conv2d',
      'dense',
      'add',
      'concatenate',
      'reshape',
      'flatten',
      'relu',
      'same',
      'with',
      'from',
      'units',
      '__proto__',
      '0',
      '1',
      '-1',
      '3',
      '1e3',
      '0.5',
      ',',
      ':',
      '=',
      'x',
      '%',
      ' ',
      '\u{1f455}',
      '\0',
    ];
    let good = 0;
    for (let round = 0; round < 20_000; round++) {
      const text = Array.from({ length: 1 + below(9) }, () => words[below(words.length)]).join(
        [':', ',', ''][below(3)],
      );
      const { layers, fault } = parseModel(text);
      assert.notEqual(layers === undefined, fault === undefined, text);
      if (layers) assert.deepEqual(parseModel(writeModel(layers)).layers, layers, text);
      if (layers) specsOf(layers);
      good += Number(layers !== undefined);
    }
    assert.ok(good > 300, `${good} of them are models`);
  });

  test('whatever is altered in a preset by a character', () => {
    const below = numbersBelow(11);
    for (let round = 0; round < 10_000; round++) {
      const from = Object.values(PRESETS)[below(4)];
      const at = below(from.length);
      const text = from.slice(0, at) + String.fromCharCode(32 + below(95)) + from.slice(at + below(2));
      const { settings } = readSettings(`?model=${encodeURIComponent(text)}`);
      const address = writeSettings(settings, '');
      assert.deepEqual(specsOf(readSettings(address).settings.layers), specsOf(settings.layers), text);
      assert.deepEqual(readSettings(address).corrected, [], text);
    }
  });
});

describe('the tutorial’s numbers', () => {
  const address = (/** @type {string} */ query) => writeSettings(readSettings(query).settings, query);

  test('keep their keys', () => {
    assert.equal(
      address('?filters=8&kernel-size=5&pool-size=3&units=64&dropout=0.25'),
      '?filters=8&kernel-size=5&pool-size=3&units=64&dropout=0.25',
    );
    assert.equal(address('?model=tutorial&units=128'), '');
    assert.equal(address('?model=conv2d:32:3:relu,maxPooling2d:2,flatten,dense:7:relu,dropout:0.5'), '?units=7');
  });

  test('are for the tutorial only', () => {
    const { corrected } = readSettings('?model=residual&units=64');
    assert.deepEqual(corrected, [{ key: 'units', text: '64', used: 'model=residual' }]);
    assert.equal(address('?model=residual&units=64'), '?model=residual');
  });

  test('the marks of a model can be read', () =>
    assert.equal(address('?model=flatten%2Cdense%3A8%3Ause%42ias%3D0'), '?model=flatten,dense:8:useBias=0'));
});

describe('editing', () => {
  const residual = 'conv2d:8:3:same,conv2d:8:3:same,conv2d:8:3:same,add:with=1';

  test('without a layer, its readers read what it read; restored, all is as before', () => {
    const layers = parsed(residual);
    const { left, restore } = without(layers, 0);
    assert.equal(writeModel(left), 'conv2d:8:3:same,conv2d:8:3:same,add:with=0');
    left[0].options.filters = 4;
    const more = left.toSpliced(1, 0, newLayer('flatten', 70));
    assert.equal(writeModel(restore(more)), 'conv2d:8:3:same,conv2d:4:3:same,flatten,conv2d:8:3:same,add:with=1');
  });

  test('without a branch’s first layer, the branch begins where it did', () => {
    const layers = parsed('conv2d:8:3:same,conv2d:8:3:same,conv2d:8:3:same:from=1,conv2d:8:3:same,add:with=2');
    const { left, restore } = without(layers, 2);
    assert.equal(writeModel(left), 'conv2d:8:3:same,conv2d:8:3:same,conv2d:8:3:same:from=1,add:with=2');
    assert.equal(
      writeModel(restore(left)),
      'conv2d:8:3:same,conv2d:8:3:same,conv2d:8:3:same:from=1,conv2d:8:3:same,add:with=2',
    );
  });

  test('moved, a layer takes its readers along; who reads a later one is told', () => {
    const layers = moved(parsed(residual), 0, 1);
    assert.equal(writeModel(layers), 'conv2d:8:3:same,conv2d:8:3:same,conv2d:8:3:same,add:with=2');
    const wrong = moved(moved(parsed(residual), 3, -1), 2, -1);
    assert.deepEqual(misread(moved(wrong, 1, -1)), new Map([[0, 'later']]));
    assert.deepEqual(parseModel(writeModel(moved(wrong, 1, -1))).fault, undefined, 'and can be in an address');
    assert.deepEqual(misread(parsed('flatten,dense:8:from=0')), new Map([[0, 'unread']]));
  });

  test('what the worker is told: places, and rare options only where they are not as usual', () => {
    assert.deepEqual(specsOf(parsed('flatten,concatenate:with=1')).slice(0, -1), [
      { kind: 'flatten', options: {} },
      { kind: 'concatenate', options: {}, with: 1 },
    ]);
    assert.deepEqual(specsOf(parsed('conv2d:8:3,add:with=0,dropout:0.5,dense:4:useBias=0')), [
      { kind: 'conv2d', options: { filters: 8, kernelSize: 3, activation: 'linear', padding: 'valid', strides: 1 } },
      { kind: 'add', options: {}, with: 0 },
      { kind: 'dropout', options: { rate: 0.5 } },
      { kind: 'dense', options: { units: 4, activation: 'linear', useBias: false } },
      { kind: 'dense', options: { units: 10, activation: 'softmax' } },
    ]);
  });
});

test('why a layer cannot be built', () => {
  const why = (/** @type {string} */ text, /** @type {number[][]} */ ...inputs) =>
    explain(
      parsed(text).at(-1) ?? newLayer('flatten', 1),
      parsed(text)
        .slice(0, -1)
        .map(({ kind }) => kind),
      inputs,
    ).key;
  assert.equal(why('dense:4', [3, 3, 2]), 'needs-row');
  assert.equal(why('flatten,maxPooling2d:2', [18]), 'needs-picture');
  assert.equal(why('globalMaxPooling2d', [18]), 'needs-picture');
  assert.equal(why('conv2d:4:5', [3, 3, 2]), 'window-large');
  assert.equal(why('conv2d:4:5:same', [3, 3, 2]), 'other');
  assert.equal(why('flatten,add:with=0', [784], [28, 28, 1]), 'differ-add');
  assert.equal(why('conv2d,add:with=0', [28, 28, 32], [28, 28, 1]), 'differ-add');
  assert.equal(why('flatten,concatenate:with=0', [784], [28, 28, 1]), 'differ-concatenate');
  assert.equal(why('conv2d,concatenate:with=0', [26, 26, 32], [28, 28, 1]), 'differ-concatenate');
  assert.equal(why('conv2d,concatenate:with=0', [28, 28, 32], [28, 28, 1]), 'other', 'shapes that fit');
  assert.equal(why('reshape:7x7', [28, 28, 1]), 'reshape');
  assert.equal(why('conv2d,randomFlip', [26, 26, 32]), 'varies-late');
});
