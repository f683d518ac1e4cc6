import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadCore } from '../../shim/index.js';
import { assemble } from '../../web/assembly.js';
import { identityOf } from '../../web/keep/facts.js';
import { confusion, mostMistaken, perClass } from '../../web/metrics.js';
import { PRESETS, parseModel, specsOf, writeModel } from '../../web/model-spec.js';
import { oneHot } from '../../web/recipe.js';
import { FIELDS, isGiven, readSettings, writeSettings } from '../../web/settings.js';
import { GARMENTS, areGarments, fits, isSame, misfit, subjectOf } from '../../web/subject.js';
import { AS_GARMENTS, askingOf } from '../../web/try/asking.js';

/** What images are of, and everything that follows from it. */

const NAMES = ['<b>', '__proto__', 'כובע', 'Hat', 'hat'];
const HATS = { shape: [48, 64, 3], classNames: NAMES };
const info = { classNames: NAMES, train: { images: [9, 48, 64, 3], labels: [9] } };

describe('the subject', () => {
  test('is that of the dataset, and before one has loaded the ten garments', () => {
    assert.deepEqual(subjectOf(info), { ...HATS, formerNames: [] });
    assert.equal(subjectOf(null), GARMENTS);
    assert.ok(areGarments(GARMENTS.classNames) && !areGarments(NAMES) && !areGarments([]));
    assert.ok(isSame(HATS, subjectOf(info)));
    for (const other of [
      { ...HATS, shape: [64, 48, 3] },
      { ...HATS, classNames: NAMES.toReversed() },
    ])
      assert.ok(!isSame(HATS, other));
  });

  test('fits a model of its shape and number of classes, and of its names, if the model says some', () => {
    const model = { inputShape: [48, 64, 3], outputShape: [5] };
    assert.ok(fits(model, HATS));
    assert.ok(fits({ ...model, metadata: { classNames: [...NAMES], preparation: {} } }, HATS));
    for (const other of [
      { ...model, inputShape: [64, 48, 3] },
      { ...model, inputShape: [48, 64] },
      { ...model, outputShape: [4] },
      { ...model, outputShape: [5, 1] },
      { ...model, metadata: { classNames: NAMES.toReversed() } },
      { ...model, metadata: { classNames: [NAMES] } },
    ])
      assert.ok(!fits(other, HATS), JSON.stringify(other));
    const ten = { inputShape: [28, 28, 1], outputShape: [10] };
    const letters = [...'abcdefghij'];
    assert.ok(fits({ ...ten, metadata: { classNames: letters } }, GARMENTS), 'people call garments as they like');
    assert.ok(!fits({ ...ten, metadata: { classNames: letters, preparation: {} } }, GARMENTS), 'but these are others');
    const { message, code } = misfit(GARMENTS, model);
    assert.equal(code, 'misfit');
    assert.match(message, /from \[28,28,1\] to \[10\].* got \[48,64,3\] to \[5\]/);
  });

  test('gives the last layer its units, and targets their length', () => {
    const layers = parseModel('flatten').layers ?? [];
    assert.deepEqual(specsOf(layers, 300).at(-1), { kind: 'dense', options: { units: 300, activation: 'softmax' } });
    const { shape, data } = oneHot({ shape: [2], data: Int32Array.of(299, 0) }, 300);
    assert.deepEqual(shape, [2, 300]);
    assert.deepEqual([data.indexOf(1), data.lastIndexOf(1)], [299, 300]);
  });
});

test('every preset builds at every size that is offered, grey and in colour, for few classes and many', async () => {
  await loadCore({ deterministic: true, threads: 1 });
  const runtime = { deterministic: true, threads: 1 };
  const sizes = (FIELDS.size.values ?? []).filter((size) => size !== 'same').map(Number);
  assert.ok(sizes.length >= 5);
  for (const name of Object.keys(PRESETS)) {
    const { layers = [] } = parseModel(name);
    assert.equal(writeModel(layers), name);
    for (const [i, side] of sizes.entries())
      for (const channels of [1, 3]) {
        const units = i % 2 ? 300 : 2;
        const { built } = await assemble(specsOf(layers, units), { seed: 1, runtime, shape: [side, side, channels] });
        assert.deepEqual([built.inputShape, built.outputShape], [[side, side, channels], [units]], name);
        built.dispose();
      }
  }
});

describe('settings of pictures', () => {
  test('are in the address, but not that there are some: no address can bring them back', () => {
    const { settings, corrected } = readSettings('?size=96&colour=0&crop=garment&balance=1');
    assert.deepEqual(corrected, []);
    assert.deepEqual([settings.size, settings.colour, settings.crop, settings.balance], ['96', false, 'garment', true]);
    settings.source = 'pictures';
    assert.equal(writeSettings(settings, ''), '?size=96&colour=0&crop=garment&balance=1');
    assert.ok(isGiven('pictures') && isGiven('files') && !isGiven('auto') && !isGiven('synthetic'));
  });

  test('have initial values, which are not written', () => {
    const { settings } = readSettings('');
    assert.deepEqual([settings.size, settings.colour, settings.crop, settings.balance], ['48', true, 'whole', false]);
    assert.equal(writeSettings(settings, ''), '');
    for (const bad of ['size=47', 'size=0', 'colour=2', 'crop=all', 'balance=x', 'data=pictures'])
      assert.equal(readSettings(`?${bad}`).corrected.length, 1, bad);
  });
});

describe('a thousand classes', () => {
  const classes = 1000;
  const labels = Int32Array.from({ length: 3000 }, (_, i) => i % classes);
  const predicted = Int32Array.from(labels, (label, i) => (label > 900 && i < classes ? 5 : label));

  test('have a matrix, whose empty cells cost nothing and stay empty', () => {
    const began = performance.now();
    const cells = confusion(labels, predicted, classes);
    assert.ok(performance.now() - began < 1000);
    assert.deepEqual(cells[901][5], [901]);
    assert.deepEqual(cells[7], Object.assign(Array(classes).fill([]), { 7: [7, 1007, 2007] }));
    assert.ok(Math.abs(perClass(cells)[901].recall - 2 / 3) < 1e-9);
  });

  test('of which those with the most mistakes are shown, in their order', () => {
    const cells = confusion(labels, predicted, classes);
    assert.deepEqual(mostMistaken(cells, 4), [5, 901, 902, 903]);
    assert.deepEqual(mostMistaken(confusion(labels, labels, classes), 2), [0, 1]);
    const none = confusion(Int32Array.of(0, 1, 1), Int32Array.of(-1, 0, 1), 2);
    assert.deepEqual(mostMistaken(none, 1), [0], 'an image without a class is no mistake of another one');
  });
});

describe('how a model is asked', () => {
  const model = { inputShape: [32, 48, 3], outputShape: [2] };
  const preparation = { size: [9, 9], channels: 1, crop: 'centre' };

  test('is in its file; the size of the image is that of its input', () => {
    const asking = askingOf({ ...model, metadata: { classNames: ['<b>', '__proto__'], preparation } });
    assert.deepEqual(asking.preparation, { size: [32, 48], channels: 3, crop: 'centre' });
    assert.deepEqual(asking.classNames, ['<b>', '__proto__']);
    assert.deepEqual(asking.shape, [32, 48, 3]);
    assert.equal(asking.threshold, 0);
    assert.equal(askingOf({ ...model, metadata: { preparation, threshold: 0.75 } }).threshold, 0.75);
    const other = askingOf({ ...model, metadata: { preparation: { crop: 'whole' } } });
    assert.notEqual(other.way, asking.way);
    assert.deepEqual(other.classNames, ['0', '1'], 'without names, classes have numbers');
  });

  test('is as for garments where the file does not say', () => {
    const ten = { inputShape: [28, 28, 1], outputShape: [10] };
    assert.deepEqual(askingOf(ten), AS_GARMENTS);
    assert.deepEqual(askingOf({ ...ten, metadata: { classNames: [...'abcdefghij'] } }).classNames, [...'abcdefghij']);
    assert.throws(() => askingOf(model), /takes \[32,48,3\]/);
  });

  test('is refused where a file says what cannot be', () => {
    for (const wrong of [
      { ...model, metadata: { preparation: { crop: 'half' } } },
      { ...model, inputShape: [32, 48, 2], metadata: { preparation } },
      { ...model, inputShape: [32], metadata: { preparation } },
      { ...model, outputShape: [4, 4, 2], metadata: { preparation } },
    ])
      assert.throws(() => askingOf(wrong), Error, JSON.stringify(wrong));
    for (const threshold of [-1, 1.1, NaN, '', 'high', {}, null])
      assert.equal(askingOf({ ...model, metadata: { preparation, threshold } }).threshold, 0);
    for (const classNames of ['ab', ['a'], ['a', 2], ['a', null], ['a', 'b'.repeat(101)], { 0: 'a', 1: 'b' }, null])
      assert.deepEqual(askingOf({ ...model, metadata: { classNames, preparation } }).classNames, ['0', '1']);
  });
});

test('a dataset is known by its images and labels, whatever its classes are called', async () => {
  const part = (/** @type {number} */ label) => ({
    images: { shape: [1, 1, 1, 1], data: Uint8Array.of(7) },
    labels: { shape: [1], data: Int32Array.of(label) },
    names: ['a'],
  });
  const made = (/** @type {string[]} */ classNames, /** @type {number} */ label) =>
    identityOf(/** @type {any} */ ({ classNames, train: part(0), validation: part(1), test: part(label) }));
  const known = await made(['a', 'b'], 1);
  assert.equal(await made(['a', 'b'], 1), known);
  assert.equal(await made(['a', 'c'], 1), known);
  assert.notEqual(await made(['a', 'b'], 257), known, 'labels are more than their lowest byte');
});
