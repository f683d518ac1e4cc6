import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { numberOf } from '../../web/fields.js';
import { FIELDS } from '../../web/settings.js';

describe('numbers', () => {
  test(
    'are read with a decimal point or comma, in the digits of any keyboard; what can be meant in two ways is not ' +
      'read',
    () => {
      for (const [text, value] of /** @type {[string, number][]} */ ([
        ['0,01', 0.01],
        ['0.01', 0.01],
        ['.5', 0.5],
        ['1e-3', 0.001],
        [' 2 ', 2],
        ['０．０１', 0.01],
        ['1,5', 1.5],
        ['-0', 0],
        ['−1', -1],
        ['0,001', 0.001],
      ])) {
        assert.equal(numberOf(text), value, text);
      }
      for (const text of [
        '',
        'abc',
        'NaN',
        'Infinity',
        '1,000',
        '12,345,678',
        '1.000,5',
        '0x10',
        '1_0',
        '1 000',
        '--1',
        '1e',
        ',',
        '1,2,3',
      ])
        assert.ok(Number.isNaN(numberOf(text)), text);
      for (const text of ['2.0', '60,000', '60.000', '2,5']) assert.equal(FIELDS.epochs.parse(text), undefined, text);
    },
  );
});
