/** Every kind of picture that shows no clothing. */
import { ABSTRACT } from './abstract.js';
import { DIAGRAMS } from './diagrams.js';
import { DOCUMENTS } from './documents.js';
import { LANDSCAPES } from './landscapes.js';
import { SCREENS } from './screens.js';
import { SURFACES } from './surfaces.js';

/** @type {import('./canvas.js').Kind[]} */
export const KINDS = [...DOCUMENTS, ...SCREENS, ...DIAGRAMS, ...LANDSCAPES, ...SURFACES, ...ABSTRACT];
