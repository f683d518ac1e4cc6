import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { useBuild } from '../../shim/core/loading.js';
import { PARTS } from '../../shim/datasets/split.js';
import { inBlob, Zip } from '../../shim/datasets/zip.js';
import { fits, subjectOf } from '../../web/subject.js';
import { identityOf } from '../../web/keep/facts.js';
import { descriptionIn, packed } from '../../web/own/packing.js';
import { Project } from '../../web/own/project.js';
import { BUILDS } from '../api/support.js';

/** A project of one's own pictures: what edits change, what undo brings back, and that nothing else changes. */

useBuild(...BUILDS[0]);

const making = { size: '28', colour: false, crop: 'whole' };

/** A picture that its file's bytes describe, unlike any other. @type {import('../../web/own/project.js').Decode} */
async function decode(file) {
  const text = new TextDecoder().decode(await file.arrayBuffer());
  if (text === 'broken') throw new Error('not-a-picture');
  const seed = Number(text);
  const noise = (/** @type {number} */ i) => (Math.imul(i + 1, 2654435761 + 40503 * seed) >>> 8) & 255;
  return {
    width: 28,
    height: 28,
    rows: (first, count) =>
      Uint8Array.from({ length: 28 * count * 4 }, (_, i) => (i % 4 === 3 ? 255 : noise(first * 28 + (i >> 2)))),
  };
}

/** @param {Record<string, number[]>} classes seeds of pictures by class */
function more(classes) {
  const all = Object.entries(classes).flatMap(([label, seeds]) =>
    seeds.map((seed) => ({ label, name: `${label}/${seed}.png`, file: new File([String(seed)], `${seed}.png`) })),
  );
  return { items: all.map(({ name, file }) => ({ name, file })), labels: all.map(({ label }) => label) };
}

const range = (/** @type {number} */ from, /** @type {number} */ to) =>
  Array.from({ length: to - from }, (_, i) => from + i);

const CLASSES = { hat: range(0, 20), shoe: range(100, 120), bag: range(200, 210) };

/** @param {Record<string, number[]>} classes */
async function made(classes = CLASSES) {
  const project = new Project('p', 'clothes', making);
  const { items, state } = project.with(more(classes));
  await project.take(items, state, decode, {});
  return project;
}

/** @param {Project} project @param {string} name */
const idOf = (project, name) =>
  /** @type {{ id: number }} */ (project.state.classes.find((one) => one.name === name)).id;

/** Which pictures are in which class and part. @param {import('../../web/own/project.js').OwnDataset} dataset */
function contents({ classNames, ...parts }) {
  return PARTS.flatMap((part) =>
    parts[part].names.map((name, i) => `${part} ${classNames[parts[part].labels.data[i]]} ${name}`),
  );
}

/** @param {import('../../web/own/project.js').OwnDataset} dataset */
const subjectFrom = ({ classNames, formerNames, train }) =>
  subjectOf({ classNames, formerNames, train: { images: train.images.shape } });

/** That each image is its picture's. @param {import('../../web/own/project.js').OwnDataset} dataset */
async function checkImages(dataset) {
  for (const part of PARTS) {
    const { images, names } = dataset[part];
    for (const [i, name] of names.entries()) {
      const seed = /** @type {RegExpExecArray} */ (/(\d+)( \(\d+\))?\.png$/.exec(name))[1];
      const { rows } = await decode(new File([seed], name));
      const expected = rows(0, 28).filter((_, at) => at % 4 === 0);
      assert.deepEqual(images.data.subarray(i * 784, (i + 1) * 784), expected, name);
    }
  }
}

describe('edits', () => {
  test('change what they name, keep each picture in its part, and are undone one by one', async () => {
    const project = await made();
    const before = contents(await project.dataset());
    const steps = /** @type {import('../../web/own/edits.js').Edit[]} */ ([
      { kind: 'rename', id: idOf(project, 'hat'), name: ' cap ' },
      { kind: 'create', name: 'sock' },
      { kind: 'move', pictures: [3, 25], to: 3 },
      { kind: 'discard', pictures: [0, 1, 2] },
      { kind: 'merge', id: idOf(project, 'bag'), into: idOf(project, 'shoe') },
    ]);
    const seen = [before];
    for (const step of steps) {
      project.edit(step);
      const dataset = await project.dataset();
      await checkImages(dataset);
      seen.push(contents(dataset));
    }
    const partOf = new Map(before.map((line) => [line.split(' ')[2], line.split(' ')[0]]));
    for (const line of seen.flat()) assert.equal(line.split(' ')[0], partOf.get(line.split(' ')[2]), line);
    assert.deepEqual((await project.dataset()).classNames, ['cap', 'shoe', 'sock']);
    assert.equal(seen[5].length, before.length - 3);
    assert.equal(seen[5].filter((line) => / sock /.test(line)).length, 2);
    for (const step of [...steps.keys()].reverse()) {
      assert.ok(project.undo());
      assert.deepEqual(contents(await project.dataset()), seen[step], steps[step].kind);
    }
    await checkImages(await project.dataset());
    assert.equal(project.undo(), false);
  });

  test('that cannot be say why, and change nothing', async () => {
    const project = await made();
    const before = contents(await project.dataset());
    const [hat, shoe, bag] = ['hat', 'shoe', 'bag'].map((name) => idOf(project, name));
    for (const [edit, code] of /** @type {[import('../../web/own/edits.js').Edit, string][]} */ ([
      [{ kind: 'rename', id: hat, name: ' ' }, 'empty-name'],
      [{ kind: 'rename', id: hat, name: 'x'.repeat(101) }, 'long-name'],
      [{ kind: 'rename', id: hat, name: 'shoe ' }, 'same-name'],
      [{ kind: 'create', name: 'bag' }, 'same-name'],
      [{ kind: 'discard', pictures: range(0, 50) }, 'no-training'],
      [{ kind: 'discard', pictures: range(20, 50) }, 'two-classes'],
    ]))
      assert.throws(() => project.edit(edit), { code }, edit.kind);
    project.edit({ kind: 'rename', id: hat, name: ' hat' }); // as it is
    project.edit({ kind: 'remove', id: bag });
    assert.throws(() => project.edit({ kind: 'merge', id: hat, into: shoe }), { code: 'two-classes' });
    project.undo();
    assert.deepEqual(contents(await project.dataset()), before);
    assert.equal(project.past.length, 0);
  });

  test('names of any kind are names', async () => {
    const project = await made({ '<b>': range(0, 6), __proto__: [], constructor: range(20, 26), כובע: range(30, 36) });
    project.edit({ kind: 'create', name: '__proto__' });
    project.edit({ kind: 'create', name: 'Constructor' });
    project.edit({ kind: 'rename', id: idOf(project, '<b>'), name: 'toString' });
    const { classNames, report } = await project.dataset();
    assert.deepEqual(classNames, ['toString', 'constructor', 'כובע', '__proto__', 'Constructor']);
    assert.deepEqual(
      report.classes.map(({ train, validation, test: tested }) => train + validation + tested),
      [6, 6, 6, 0, 0],
    );
  });

  test('a renamed class keeps its model; another number of classes does not', async () => {
    const project = await made();
    const model = async () => {
      const dataset = await project.dataset();
      const metadata = { classNames: dataset.classNames, preparation: dataset.preparation };
      return { inputShape: [28, 28, 1], outputShape: [dataset.classNames.length], metadata };
    };
    const suits = async (/** @type {Awaited<ReturnType<typeof model>>} */ one) =>
      fits(one, subjectFrom(await project.dataset()));
    const identity = await identityOf(await project.dataset());
    const first = await model();
    project.edit({ kind: 'rename', id: idOf(project, 'hat'), name: 'cap' });
    const second = await model();
    assert.ok((await suits(first)) && (await suits(second)));
    assert.equal(await identityOf(await project.dataset()), identity, 'a run of before can be continued');
    project.undo();
    assert.ok((await suits(first)) && (await suits(second)));
    project.edit({ kind: 'create', name: 'sock' });
    assert.ok(!(await suits(first)) && !(await suits({ ...first, outputShape: [4] })));
  });
});

describe('pictures that are added', () => {
  test('one by one are divided as many at once would be; nothing that was there changes its part', async () => {
    const project = await made();
    const before = new Set(contents(await project.dataset()));
    for (const seed of range(300, 320)) await project.add(more({ hat: [seed] }), decode, {});
    const dataset = await project.dataset();
    await checkImages(dataset);
    const after = contents(dataset);
    assert.ok([...before].every((line) => after.includes(line)));
    const { train, validation, test: tested } = dataset.report.classes[1];
    assert.deepEqual([train, validation, tested], [28, 4, 8]);
    for (let i = 0; i < 20; i++) project.undo();
    assert.deepEqual(new Set(contents(await project.dataset())), before);
  });

  test('are passed over if they are there, and get another name if they only have the same', async () => {
    const project = await made();
    await project.add(more({ hat: [3, 4, 50] }), decode, {});
    assert.equal(project.items.length, 51);
    const other = { items: [{ name: 'hat/3.png', file: new File(['3000'], '3.png') }], labels: ['hat'] };
    await project.add(other, decode, {});
    assert.equal(project.items.at(-1)?.name, 'hat/3 (2).png');
    assert.equal(project.past.length, 2);
  });

  test('go where a picture is that is nearly the same', async () => {
    const project = await made();
    const { names } = (await project.dataset()).test;
    const seeds = names.map((name) => Number(/\d+/.exec(name)?.[0]));
    const copies = seeds.map((seed) => ({ name: `copies/${seed}.png`, file: new File([`${seed}`, ' '], 'copy') }));
    await project.add({ items: copies, labels: copies.map(() => 'hat') }, decode, {});
    const dataset = await project.dataset();
    for (const { name } of copies) assert.ok(dataset.test.names.includes(name), name);
    assert.equal(dataset.report.leaks.length, 0);
    assert.ok(dataset.report.contradictions.length > 0, 'shoes that are said to be hats');
  });

  test('that cannot be read are told; when all fails, nothing has changed', async () => {
    const project = await made();
    const before = contents(await project.dataset());
    const broken = { items: [{ name: 'x/1.png', file: new File(['broken'], '1.png') }], labels: ['x'] };
    await project.add(broken, decode, {});
    assert.deepEqual(contents(await project.dataset()), before);
    assert.deepEqual((await project.dataset()).classNames, ['bag', 'hat', 'shoe'], 'no class without pictures');
    assert.deepEqual(project.refused, [{ name: 'x/1.png', reason: 'not-a-picture' }]);
    const controller = new AbortController();
    const { signal } = controller;
    const stopping = project.add(more({ hat: range(400, 420) }), decode, {
      signal,
      onProgress: () => controller.abort(),
    });
    await assert.rejects(stopping, { name: 'AbortError' });
    const many = more(Object.fromEntries(range(0, 1000).map((i) => [`c${i}`, [1000 + i]])));
    await assert.rejects(project.add(many, decode, {}), { code: 'most-classes' });
    assert.deepEqual(contents(await project.dataset()), before);
    assert.equal(project.items.length, 51);
  });
});

describe('the archive of a project', () => {
  const options = { settings: '?epochs=5', model: null, onProgress: () => {}, signal: new AbortController().signal };

  /** @param {Blob} blob */
  async function placedIn(blob) {
    const zip = await Zip.open(inBlob(blob), 10_000);
    return zip.members.map((member) => ({
      path: member.name,
      file: {
        name: member.name,
        size: member.length,
        arrayBuffer: async () => (await zip.unpack(member, 1e6)).slice().buffer,
      },
    }));
  }

  /** @param {Blob} blob */
  async function unpackedFrom(blob) {
    const found = await descriptionIn(await placedIn(blob));
    assert.ok(found);
    const project = new Project('q', found.title, found.making);
    const { items, state } = project.with(found);
    await project.take(items, state, decode, {});
    return { project, found };
  }

  test('makes the same project, and of that the same archive, byte for byte', async () => {
    const project = await made({ ...CLASSES, '<b>/..\\': range(500, 506), HAT: range(600, 606) });
    project.edit({ kind: 'rename', id: idOf(project, 'bag'), name: 'a/b: c?' });
    project.edit({ kind: 'create', name: 'empty' });
    project.edit({ kind: 'move', pictures: [5, 30], to: idOf(project, 'HAT') });
    project.edit({ kind: 'discard', pictures: [7] });
    const model = Uint8Array.of(1, 2, 3);
    const archive = await packed(project, { ...options, model });
    const { project: again, found } = await unpackedFrom(archive);
    const [one, two] = [await project.dataset(), await again.dataset()];
    assert.deepEqual(contents(two), contents(one));
    assert.deepEqual(two.classNames, one.classNames);
    assert.equal(await identityOf(two), await identityOf(one));
    assert.deepEqual(two.preparation, one.preparation);
    assert.equal(again.title, 'clothes');
    assert.equal(found.settings, '?epochs=5');
    assert.deepEqual(await found.model?.(), model);
    const second = await packed(again, { ...options, model });
    assert.deepEqual(new Uint8Array(await second.arrayBuffer()), new Uint8Array(await archive.arrayBuffer()));
  });

  test('has a folder for each class under a name that every system takes', async () => {
    const project = await made({ 'a/b': range(0, 4), 'a:b': range(10, 14), '..': range(20, 24), A_B: range(30, 34) });
    const paths = (await placedIn(await packed(project, options))).map(({ path }) => path);
    const folders = new Set(paths.filter((path) => path.includes('/')).map((path) => path.split('/')[0]));
    assert.deepEqual([...folders].sort(), ['A_B', '_', 'a_b (2)', 'a_b (3)'].sort());
    assert.ok(paths.every((path) => !/[\\:]|^\/|\.\.\//.test(path) && path.split('/').length <= 2));
  });

  test('two projects become one: classes of one name unite, parts stay', async () => {
    const project = await made();
    const other = await made({ hat: range(700, 710), sock: range(800, 810) });
    const found = await descriptionIn(await placedIn(await packed(other, options)));
    assert.ok(found);
    await project.add(found, decode, {});
    const dataset = await project.dataset();
    assert.deepEqual(dataset.classNames, ['bag', 'hat', 'shoe', 'sock']);
    const mine = contents(dataset);
    for (const line of contents(await other.dataset())) assert.ok(mine.includes(line), line);
    await checkImages(dataset);
  });

  test('that lacks pictures or is of another version is told', async () => {
    const placed = await placedIn(await packed(await made(), options));
    const without = await descriptionIn(placed.filter(({ path }) => !/hat\/3\.png$/.test(path)));
    assert.deepEqual(without?.refused, [{ name: 'hat/3.png', reason: 'missing' }]);
    const text = new TextDecoder().decode(await placed[0].file.arrayBuffer());
    for (const [from, to, message] of /** @type {[string | RegExp, string, RegExp][]} */ ([
      ['"version": 1', '"version": 2', /its version is 2; 1 is known/],
      ['"class": 0', '"class": 17', /pictures/],
      [/"classes": \[[^\]]*\]/, '"classes": ["hat", "hat"]', /classes/],
      ['"part": "train"', '"part": "rest"', /pictures/],
    ])) {
      const file = new File([text.replace(from, to)], 'project.json');
      await assert.rejects(descriptionIn([{ path: 'project.json', file }]), { code: 'bad-data', message });
    }
    assert.equal(await descriptionIn([{ path: 'project.json', file: new File(['{"a":1}'], 'project.json') }]), null);
    assert.equal(await descriptionIn([{ path: 'project.json', file: new File(['no'], 'project.json') }]), null);
  });
});
