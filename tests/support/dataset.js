import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

const files = [
  'train-images-idx3-ubyte.gz',
  'train-labels-idx1-ubyte.gz',
  't10k-images-idx3-ubyte.gz',
  't10k-labels-idx1-ubyte.gz',
];

/**
 * The folder of the real dataset's four files, or null on a machine without it.
 * @returns {string | null}
 */
export function datasetFolder() {
  const folder = process.env.FASHION_MNIST_DIR || join(root, '../shared/fashion-mnist');
  return files.every((file) => existsSync(join(folder, file))) ? folder : null;
}
