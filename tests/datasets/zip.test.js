import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zipSync } from 'fflate';
import { Zip, inBlob } from '../../shim/datasets/zip.js';
import { noise } from './support.js';

/** Archives that are read from a file: few reads, and every byte right. */

const COUNT = 300;
const CONTENTS = Array.from({ length: COUNT }, (_, i) => noise(1000 + ((i * 7919) % 20_000), i + 1));
const LONG = 900; // bytes of an extra field, longer than usual

/** @param {0 | 6} level of compression */
const archived = (level) =>
  zipSync(
    Object.fromEntries(
      CONTENTS.map((content, i) => [
        `${i}.jpg`,
        [content, { level, ...(i % 50 === 9 && { extra: { 39321: new Uint8Array(LONG) } }) }],
      ]),
    ),
  );

/** A file that counts how often it is read. */
class Counting extends Blob {
  reads = 0;
  read = 0; // bytes
  fails = false;

  /** @param {number} from @param {number} to */
  slice(from, to) {
    const part = super.slice(from, to);
    this.reads++;
    this.read += part.size;
    if (this.fails) part.arrayBuffer = () => Promise.reject(new DOMException('it is gone', 'NotFoundError'));
    return part;
  }
}

/** @param {Zip} zip @param {number} i */
const unpacked = async (zip, i) => Buffer.from(await zip.unpack(zip.members[i], 1e6));

for (const level of /** @type {const} */ ([0, 6])) {
  test(`members that are asked for one after the other take few reads (level ${level})`, async () => {
    const file = new Counting([archived(level)]);
    const zip = await Zip.open(inBlob(file), COUNT);
    const before = file.reads;
    for (let first = 0; first < COUNT; first += 4) {
      const some = [0, 1, 2, 3].map((i) => first + i);
      const contents = await Promise.all(some.map((i) => unpacked(zip, i)));
      contents.forEach((content, i) => assert.ok(content.equals(CONTENTS[first + i]), `member ${first + i}`));
    }
    assert.ok(file.reads - before < COUNT / 20, `${file.reads - before} reads of ${COUNT} members`);
  });
}

test('members in any order take a read each, of hardly more than their bytes', async () => {
  const bytes = archived(0);
  const file = new Counting([bytes]);
  const zip = await Zip.open(inBlob(file), COUNT);
  const before = { ...file };
  for (let i = 0; i < COUNT; i++) {
    const one = (i * 113) % COUNT;
    assert.ok((await unpacked(zip, one)).equals(CONTENTS[one]), `member ${one}`);
  }
  assert.ok(
    file.reads - before.reads <= COUNT + COUNT / 50,
    `${file.reads - before.reads} reads, one more for a long extra field`,
  );
  assert.ok(file.read - before.read < 1.2 * bytes.length, `${file.read - before.read} bytes of ${bytes.length}`);
});

test('a read that fails is repeated when it is asked for again', async () => {
  const file = new Counting([archived(0)]);
  const zip = await Zip.open(inBlob(file), COUNT);
  file.fails = true;
  await assert.rejects(unpacked(zip, 5), { name: 'NotFoundError' });
  file.fails = false;
  assert.ok((await unpacked(zip, 5)).equals(CONTENTS[5]));
});
