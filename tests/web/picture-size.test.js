import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sizeOf } from '../../web/try/picture-size.js';
import { GREY_FRAME, avif, avifSequence, blackPng, icon, tooLarge } from '../support/hostile-pictures.js';
import { odd } from '../support/pictures.js';

/** @param {Uint8Array} bytes */
const claimOf = (bytes) => {
  const size = sizeOf(new Uint8Array(bytes));
  return size && [size.width, size.height];
};

test('the size of a picture is that of its headers, and the largest of them where they differ', () => {
  const sizes = {
    shirt: [300, 400],
    grey: [480, 640],
    colour: [480, 640],
    turned: [640, 480],
    cmyk: [480, 640],
    one: [1, 1],
    long: [20000, 20],
    deep: [120, 160],
    moving: [120, 160],
    'cut-out': [300, 400],
    small: [28, 28],
  };
  for (const { name, bytes } of odd())
    assert.deepEqual(
      claimOf(bytes),
      name === 'moving.gif' ? [8, 8] : /** @type {any} */ (sizes)[name.replace(/\..*/, '')],
      name,
    );
  for (const {
    file: { name, bytes },
    width,
    height,
  } of tooLarge())
    assert.deepEqual(claimOf(bytes), [width, height], name);
  assert.deepEqual(claimOf(avif(4096, 3072, GREY_FRAME)), [4096, 3072]);
  assert.deepEqual(claimOf(avifSequence(4096, 3072, GREY_FRAME, 200)), [4096, 3072]);
  assert.equal(
    sizeOf(new Uint8Array(avifSequence(4096, 3072, GREY_FRAME, 200)))?.work,
    4096 * 3072,
    'of a sequence the first frame alone is decoded',
  );
  assert.deepEqual(claimOf(icon([blackPng(64, 48)])), [256, 256], 'what the directory of an icon cannot say');
});
