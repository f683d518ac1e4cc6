/** The files of models/ match their cards and recipes. `make check-models` checks everything on a card. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { datasets, loadModel, tensor } from '../../shim/index.js';
import { percent } from '../../models/card.js';
import { accuracyOf, confusionOf, drawnSha256, sha256 } from '../../models/measure.js';
import { RUNTIME, build, fileOf, fitTo } from '../../models/recipe.js';
import { STORED, recipesOf } from '../../models/recipes.js';
import { assemble } from '../../web/assembly.js';
import { TRAINING, specsOf } from '../../web/model-spec.js';
import { compileOptions, oneHot } from '../../web/recipe.js';
import { readSettings } from '../../web/settings.js';
import { datasetFolder } from '../support/dataset.js';
import { refused } from './support.js';

const MOST_BYTES = 1.5e6;
const skip = datasetFolder() === null && 'the four files of Fashion-MNIST are not on this machine';

for (const recipe of STORED) {
  describe(`models/${recipe.name}.fit`, () => {
    const file = readFileSync(fileOf(recipe.name, 'fit'));
    const card = readFileSync(fileOf(recipe.name, 'md'), 'utf8');
    /** @param {RegExp} line @returns {string} */
    const onCard = (line) => line.exec(card)?.[1] ?? assert.fail(`the card has no line ${line}`);

    test('is the file that its card is about', () => {
      assert.equal(sha256(file), onCard(/^\| SHA-256 \| `(.*)` \|$/m));
      assert.ok(file.length < MOST_BYTES);
    });

    test('is what its recipe builds', async () => {
      const [stored, built] = [await loadModel(file, RUNTIME), await build(recipe)];
      assert.deepEqual(stored.layers, built.layers);
      assert.deepEqual([stored.name, stored.seed], [built.name, built.seed]);
      assert.ok(card.includes(stored.summary(() => {})));
      for (const model of [stored, built]) model.dispose();
    });

    test('predicts what its card says, of drawn pictures', async () => {
      const model = await loadModel(file, RUNTIME);
      assert.equal(await drawnSha256(model), onCard(/^\| classes of 500 drawn pictures .*SHA-256 \| `(.*)` \|$/m));
      model.dispose();
    });

    test('predicts what its card says, of the test pictures', { skip }, async () => {
      const { test: pictures } = await datasets.fashionMnist();
      const model = await loadModel(file, RUNTIME);
      const accuracy = accuracyOf(await confusionOf(model, pictures));
      assert.equal(percent(accuracy), onCard(/^\| test accuracy \| (.*) \|$/m));
      assert.ok(accuracy >= recipe.testAccuracy);
      model.dispose();
    });
  });
}

test('asked twice, a model says the mean of what it says of a picture and of its mirror image', async () => {
  const model = await loadModel(readFileSync(fileOf('tutorial', 'fit')), RUNTIME);
  const { test: pictures } = await datasets.synthetic({ trainSize: 1, testSize: 300 });
  const { images, labels } = pictures;
  const side = images.shape[2];
  const mirrored = images.data.map((_, i, all) => all[i - (i % side) + (side - 1 - (i % side))]);
  const [plain, turned] = [
    (await model.predict(images)).data.slice(),
    (await model.predict(tensor(mirrored, images.shape))).data,
  ];
  const expected = Array.from({ length: 10 }, () => new Array(10).fill(0));
  for (let i = 0; i < labels.data.length; i++) {
    const sums = Array.from({ length: 10 }, (_, k) => Math.fround((plain[10 * i + k] + turned[10 * i + k]) / 2));
    expected[labels.data[i]][sums.indexOf(Math.max(...sums))]++;
  }
  assert.deepEqual(await confusionOf(model, pictures, { twice: true }), expected);
  assert.notDeepEqual(await confusionOf(model, pictures), expected, 'the mirror images make a difference');
  model.dispose();
});

test('the address that the models’ README gives for `accurate` has the page train the same weights', async () => {
  const [recipe] = recipesOf(['accurate']);
  const readme = readFileSync(new URL('../../models/README.md', import.meta.url), 'utf8');
  const { settings, corrected } = readSettings(
    /`(\?model=accurate&.*)`/.exec(readme)?.[1] ?? assert.fail('the README gives none'),
  );
  assert.deepEqual(corrected, []);
  assert.deepEqual({ ...settings, ...TRAINING.accurate }, settings, 'as the button under the preset sets them');
  assert.ok(settings.deterministic);
  assert.deepEqual({ epochs: settings.epochs, batchSize: settings.batchSize }, recipe.fit);
  const byRecipe = await build(recipe);
  const { built: byPage } = await assemble(specsOf(settings.layers), { seed: settings.seed, runtime: RUNTIME });
  byPage.compile(compileOptions(settings, settings.epochs * Math.ceil(settings.trainSize / settings.batchSize)));
  const { train } = await datasets.synthetic({ trainSize: 256, testSize: 1 });
  const few = { epochs: 2, verbose: /** @type {const} */ (0) };
  await fitTo(recipe, byRecipe, train, few);
  await byPage.fit(train.images, oneHot(train.labels), { ...recipe.fit, ...few });
  assert.deepEqual(byPage.getWeights(), byRecipe.getWeights());
  for (const model of [byRecipe, byPage]) model.dispose();
});

test('recipes: those without a file build too, and others are not there', async () => {
  const [twoBlock] = recipesOf(['two-block']);
  const model = await build(twoBlock);
  assert.equal(model.countParams(), 862026);
  model.dispose();
  assert.deepEqual(recipesOf([]), STORED);
  refused(() => recipesOf(['none']), 'models: there is tutorial, photos, accurate, two-block, got none');
});
