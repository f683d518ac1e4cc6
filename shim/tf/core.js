import { loadedCore } from '../core/loading.js';

/** TF.js's calls return at once, so the core is loaded before the first of them. */
export const core = await loadedCore();
