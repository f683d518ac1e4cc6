import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as api from '../../shim/index.js';
import { GOLDEN_RUNS, GOLDEN_SHA256, hashOfWeights } from '../support/golden.js';
import { onEveryBuild } from './support.js';

onEveryBuild(() => {
  test('a training run ends at the same weights, to the bit', async () => {
    assert.equal(
      await hashOfWeights(api, GOLDEN_RUNS),
      GOLDEN_SHA256,
      'meant? then run node tests/api/update-golden.js',
    );
  });
});
