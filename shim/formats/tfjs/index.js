/*
 * TF.js's LayersModel: a model.json, whose weightsManifest names the files of the weights. A model written here takes
 * images as floats: bytes divided by 255. The random layers are left out, because they pass on their input in
 * inference; so are initializers, because the weights are given. When reading, an optimizer's state is ignored.
 */
export { isModel, others, read } from './read.js';
export { write } from './write.js';
