/** Model files: garbage, garbage with a right checksum, and true headers in which some values are others. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { loadModel, model, sequential } from '../../shim/index.js';
import { useBuild } from '../../shim/loading.js';
import { dataOf, forged, headerOf, sealed, smallFile } from '../api/model-files.js';
import { everyKind, residual } from '../api/sample-models.js';
import { BUILDS, heapInUse, isRefusal } from '../api/support.js';
import { awkward, fuzz } from './property.js';

useBuild(...BUILDS[0]); // a core on which nothing waits to be collected

const made = [await sequential({ layers: everyKind(), seed: 77 }), await model(residual())];
const files = [await smallFile(), await smallFile({ dtype: 'int8' }), await made[0].save(), await made[1].save({ dtype: 'int8' }), await made[1].save({ dtype: 'float16' })];
for (const each of made) each.dispose();

/** @param {Uint8Array} file */
const load = async (file) => {
  await loadModel(file).then((loaded) => loaded.dispose(), isRefusal);
};

let memory = 0;
const before = async () => (memory = await heapInUse());
const after = async () => assert.equal(await heapInUse(), memory, 'bytes of the heap in use');

/** A file's bytes, some of them changed, some cut off or appended; with a checksum that is right or not. */
const damaged = fc.record({
  file: fc.constantFrom(...files),
  changes: fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 6 }),
  cut: fc.oneof(fc.constant(0), fc.nat(80)),
  more: fc.uint8Array({ maxLength: 20 }),
  isSealed: fc.boolean(),
});

fuzz('damaged model file', 5, damaged, ({ file, changes, cut, more, isSealed }) => {
  const body = Buffer.concat([file.subarray(0, Math.max(0, file.length - 32 - cut)), more]);
  for (const [at, byte] of changes) body[at % body.length] = byte;
  return load(isSealed ? sealed(body) : new Uint8Array(Buffer.concat([body, file.subarray(-32)])));
}, { before, after });

fuzz('garbage in a model file', 5, fc.oneof(fc.uint8Array({ maxLength: 100 }), fc.json({ maxDepth: 4 })), (header) => load(forged(header, dataOf(files[0]))), { before, after });

/** Where in a header, as numbers that are taken modulo what there is, and what becomes of that place. */
const change = fc.record({
  path: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
  how: fc.constantFrom('replace', 'replace', 'remove', 'add', 'repeat', 'exchange'),
  key: fc.constantFrom('shape', 'name', 'from', 'activation', 'constructor', '__proto__', 'length', '0', '99'),
  value: fc.oneof(awkward, fc.jsonValue({ maxDepth: 2 }), fc.array(fc.integer(), { maxLength: 4 }), fc.integer({ min: -1, max: 12 })),
});

let changed = 0;

/** @param {any} header @param {{ path: number[], how: string, key: string, value: unknown }} change */
function alter(header, { path, how, key, value }) {
  let place = header;
  for (const [depth, step] of path.entries()) {
    const keys = Object.keys(place);
    const at = keys[step % keys.length];
    const next = place[at];
    const ends = depth === path.length - 1 || typeof next !== 'object' || next === null || Object.keys(next).length === 0;
    if (at === undefined) return;
    if (!ends) {
      place = next;
      continue;
    }
    changed++;
    const other = keys[(step + 1) % keys.length];
    if (how === 'replace') place[at] = value;
    else if (how === 'remove') Array.isArray(place) ? place.splice(Number(at), 1) : delete place[at];
    else if (how === 'add') Array.isArray(place) ? place.push(value) : Object.defineProperty(place, key, { value, enumerable: true, configurable: true, writable: true });
    else if (how === 'repeat') Array.isArray(place) ? place.splice(Number(at), 0, structuredClone(next)) : (place[key === '__proto__' ? 'name' : key] = structuredClone(next));
    else [place[at], place[other]] = [place[other], next];
    return;
  }
}

fuzz('altered model file', 10, fc.tuple(fc.constantFrom(...files), fc.array(change, { minLength: 1, maxLength: 3 }), fc.constantFrom(0, 0, 0, 16, -16)), ([file, changes, more]) => {
  const header = headerOf(file);
  for (const each of changes) alter(header, each);
  const data = dataOf(file);
  return load(forged(JSON.stringify(header), more < 0 ? data.subarray(0, more) : Buffer.concat([data, Buffer.alloc(more)])));
}, {
  before,
  async after(runs) {
    assert.ok(changed > runs / 2, `${changed} changes in ${runs} runs`);
    await after();
  },
});
