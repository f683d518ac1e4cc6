/** Loads the code that reads and writes model files, on the first use of it. */
export const modelFile = () => import('./index.js');
