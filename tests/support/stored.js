import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/**
 * A folder for the files that a test file uploads; deleted when its tests have ended.
 * @param {string} name
 * @returns {(file: { name: string, bytes: Uint8Array }) => string} stores a file and returns its path
 */
export function storedFiles(name) {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  after(() => rmSync(folder, { recursive: true }));
  return (file) => {
    const path = join(folder, file.name);
    writeFileSync(path, file.bytes);
    return path;
  };
}
