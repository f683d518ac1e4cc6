import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage, TUTORIAL } from './page.js';

test('the story in WebKit', { timeout: 180_000 }, async () => {
  const { page, close } = await openPage('webkit', { query: TUTORIAL });
  try {
    await page.loaded();
    await page.click('train-start');
    await page.trained('done', 120_000);
    assert.equal(await page.data('history-loss', 'points'), '2');
    const cells = await page.cells();
    assert.equal(cells.length, 25);
    for (const cell of cells) assert.equal(cell.sign, cell.predicted === cell.true ? 'right' : 'wrong');
    assert.ok(parseFloat(await page.text('test-accuracy')) > 30);
  } finally {
    await close();
  }
});
