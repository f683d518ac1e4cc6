import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isolated, withIsolatedNames } from '../../web/i18n/bidi.js';

/** Names in right-to-left scripts, inserted into sentences. tests/page/names.test.js checks their layout. */

const NAMES = ['תמונה 12', 'صورة 34', 'ތަސްވީރު'];

describe('a name', () => {
  test('is isolated where its script runs from right to left, and left as it is otherwise', () => {
    for (const name of NAMES) assert.equal(isolated(name), `\u2068${name}\u2069`);
    for (const name of ['shirt 300.png', '衬衫.png', 'Ärmel–ζ–я.png', '']) assert.equal(isolated(name), name);
  });

  test('cannot break out of it, nor turn round what follows', () => {
    assert.equal(isolated('shirt\u202egnp.exe'), 'shirtgnp.exe');
    assert.equal(isolated('תמונה\u2069.png'), '\u2068תמונה.png\u2069');
    assert.equal(withIsolatedNames('shirt\u202egnp.exe'), 'shirtgnp.exe');
  });

  test('is found anywhere in a sentence, once', () => {
    assert.equal(withIsolatedNames('תמונה שלי.png: 64 × 48'), '\u2068תמונה שלי\u2069.png: 64 × 48');
    assert.equal(withIsolatedNames('read תמונה, 3, then صورة'), 'read \u2068תמונה\u2069, 3, then \u2068صورة\u2069');
    for (const text of ['64 × 48', `${isolated('תמונה.png')}: 64 × 48`]) assert.equal(withIsolatedNames(text), text);
  });
});
