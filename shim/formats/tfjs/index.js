/**
 * TF.js's LayersModel: a model.json, whose weightsManifest names the files of the weights. Written here, it takes
 * pictures as
 * floats, bytes over 255. The random layers are left out, as they pass on in inference what they get; initializers too,
 * as the
 * weights are there. Written elsewhere, what an optimizer left behind is passed over, and whether a layer is trainable.
 */
export { isModel, others, read } from './read.js';
export { write } from './write.js';
