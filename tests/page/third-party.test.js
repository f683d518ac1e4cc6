import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { inBrowsers, launch } from '../support/browsers.js';
import { startServer } from '../support/static-server.js';

const inPage = await readFile(new URL('../../dist/THIRD-PARTY.txt', import.meta.url), 'utf8');

for (const name of inBrowsers('any')) {
  test(`${name}: THIRD-PARTY.txt is shown as it is written where the host names no encoding`, {
    timeout: 60_000,
  }, async () => {
    const server = await startServer();
    const browser = await launch(name);
    try {
      await browser.open(`${server.url}THIRD-PARTY.txt`);
      assert.equal(await browser.evaluate(() => document.body.innerText.trim()), inPage.slice(1).trim());
      assert.match(inPage, /© 2005-2020 Rich Felker[^]*Clément Vasseur/);
    } finally {
      await browser.close();
      await server.close();
    }
  });
}
