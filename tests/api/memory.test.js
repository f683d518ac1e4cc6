import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layers, sequential, tensor } from '../../shim/index.js';
import { heapInUse, onEveryBuild, smallData, smallLayers, smallModel } from './support.js';

onEveryBuild(() => {
  test('memory is back to its baseline after dispose and after refusals', async () => {
    const { x, y } = smallData(40);
    const live = async () => {
      const model = await smallModel();
      await model.fit(x, y, { epochs: 2, batchSize: 16, verbose: 0, validationSplit: 0.25 });
      await model.evaluate(x, y);
      await model.predictClasses(x);
      model.gradients(x, y);
      model.activations(x, 2);
      model.setWeights(model.getWeights());
      await assert.rejects(model.fit(x, tensor([0, 1], [2])));
      await assert.rejects(model.predict(tensor([0, 1], [2])));
      model.compile({ optimizer: 'adadelta', loss: 'meanSquaredError' });
      model.dispose();
      await assert.rejects(sequential({ layers: [...smallLayers(), layers.maxPooling2d()] }));
    };
    await live();
    const before = await heapInUse();
    for (let i = 0; i < 25; i++) await live();
    assert.equal(await heapInUse(), before);
  });
});
