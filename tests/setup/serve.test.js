import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { headersOf } from '../../.setup/finish.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(root, 'dist');

test('what `make serve` sends with every file is what the build wrote for hosts to send', async () => {
  const port = 20000 + (process.pid % 20000);
  const server = spawn(process.execPath, [join(root, '.setup/serve.js'), String(port)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(server.stdout, 'data');
    const headers = headersOf(dist);
    assert.ok(
      headers.some(([name, value]) => name === 'Content-Security-Policy' && value.includes("frame-ancestors 'self'")),
    );
    const names = (await readdir(dist, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(dist.length));
    for (const path of ['/', ...names, '/assets/missing.js']) {
      const response = await fetch(`http://localhost:${port}${path}`, { method: 'HEAD' });
      for (const [name, value] of headers) assert.equal(response.headers.get(name), value, `${path}: ${name}`);
    }
  } finally {
    server.kill();
  }
});
