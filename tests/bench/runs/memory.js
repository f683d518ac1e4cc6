/**
 * A run with validation, and the memory that it holds: the pictures' arrays and the core's memory, which never shrinks.
 */
import { loadedCore } from '../../../shim/core/loading.js';
import { modelOf, optionsOf } from './models.js';
import { pictures } from './pictures.js';

const MB = 1024 * 1024;

/** @param {import('./models.js').Runtime} runtime @param {number} epochs */
export async function run(runtime, epochs) {
  const { train, test } = await pictures();
  const model = await modelOf('tutorial', runtime);
  await model.fit(train.images, train.labels, { epochs, verbose: 0, validationData: [test.images, test.labels] });
  model.dispose();
  const core = (await loadedCore(optionsOf(runtime))).bytes(0, 0).buffer.byteLength / MB;
  const data =
    [train, test]
      .flatMap(({ images, labels }) => [images, labels])
      .reduce((sum, { data }) => sum + data.byteLength, 0) / MB;
  return { pictures: data, core, sum: data + core };
}
