/** A script that computes a lot as soon as the core has loaded; see startup.test.js. */
import { useBuild } from '../../shim/core/loading.js';
import { BUILDS, smallData, smallModel } from './support.js';

for (const [build, load, threads] of BUILDS) {
  useBuild(build, load, threads);
  const { x, y } = smallData(20);
  for (let round = 0; round < 3; round++) {
    const model = await smallModel();
    for (let i = 0; i < 60; i++) {
      model.gradients(x, y);
      model.setWeights(model.getWeights());
    }
    await model.predict(x);
    model.dispose();
  }
}
console.log('done');
