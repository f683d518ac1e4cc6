import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useTab } from '../support/cycles.js';

const MB = 1024 * 1024;

test('models that are trained, saved, loaded and disposed leave nothing behind, nor do runs', {
  timeout: 300_000,
}, async () => {
  const { before, after } = await useTab({ warmUp: 2, count: 4, byPage: 3 });
  assert.equal(after.inUse, before.inUse);
  const grown = Math.max(0, after.memory - before.memory); // grows by a fifth whenever something does not fit
  assert.ok(after.tab - before.tab < 2 * MB + grown, `the tab held ${before.tab} bytes, then ${after.tab}`);
  assert.ok(after.runs <= 4, `${after.runs} runs are kept`);
});
