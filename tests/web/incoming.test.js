import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zipSync } from 'fflate';
import { sorted } from '../../web/incoming.js';
import { DATASET, NOTES, teachable, text } from '../support/given.js';
import { shirt } from '../support/pictures.js';

/** @typedef {import('../support/given.js').Given} Given */

test(
  'files are told apart by what they begin with where names do not tell, and what is unknown goes where it was ' +
    'chosen for',
  async () => {
    const file = (/** @type {Given} */ { name, type = '', bytes }) =>
      new File([Uint8Array.from(bytes)], name, { type });
    const named = (/** @type {any} */ groups) =>
      Object.fromEntries(
        Object.entries(groups).map(([kind, files]) => [
          kind,
          files.map((/** @type {any} */ each) => (each.file ?? each).name),
        ]),
      );
    const tfjs = await teachable();
    const unreadable = Object.assign(file({ name: 'folder', bytes: [] }), {
      slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotFoundError')) }),
    });
    const all = [
      file({ ...shirt(), name: 'no-name', type: '' }),
      ...DATASET.map(file),
      ...tfjs.map(file),
      file({ name: 'a.zip', bytes: [] }),
      file({ name: 'archive', bytes: [0x50, 0x4b, 3, 4, 20] }),
      file({ name: 'a.keras', bytes: [0x50, 0x4b, 3, 4, 20] }),
      file({ name: 'model.zip', bytes: zipSync({ 'model.json': text('{}'), 'weights.bin': text('') }) }),
      file({ name: 'labels.txt', bytes: text('0 Shirt') }),
      file({ name: 'weights', bytes: text('\u0089HDF\r\n\u001a\n').slice(1) }),
      file(NOTES),
      unreadable,
    ];
    assert.deepEqual(named(await sorted(all)), {
      pictures: ['no-name'],
      dataset: ['one', 'two', 'three', 'four'],
      classes: ['a.zip', 'archive'],
      model: ['metadata.json', 'model.json', 'weights.bin', 'a.keras', 'model.zip', 'labels.txt', 'weights'],
      strays: ['notes.txt', 'folder'],
    });
    assert.deepEqual(
      named(await sorted([file({ name: 'a.fit', type: 'image/fits', bytes: [] })])).model,
      ['a.fit'],
      'as Firefox names its type',
    );
    assert.deepEqual(named(await sorted([file(NOTES)], 'model')), {
      pictures: [],
      dataset: [],
      classes: [],
      model: ['notes.txt'],
      strays: [],
    });
    assert.deepEqual(
      named(await sorted([file({ name: 'weights.bin', bytes: [1, 2] })])).strays,
      ['weights.bin'],
      'no model beside it',
    );
  },
);
