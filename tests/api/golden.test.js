import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as api from '../../shim/index.js';
import { GOLDEN, goldenRun } from '../support/golden.js';
import { onEveryBuild } from './support.js';

onEveryBuild(() => {
  test('a training run ends at the same weights, to the bit', async () => {
    assert.equal(await goldenRun(api), GOLDEN, 'meant? then node tests/support/golden.js prints the new value');
  });
});
