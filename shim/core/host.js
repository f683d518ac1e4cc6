/**
 * Keeps bundlers from following the import, because the module is Node's.
 * @param {string} name
 * @returns {Promise<any>}
 */
export const importFromNode = (name) => import(/* @vite-ignore */ name);

/** Whether this code runs in Node rather than in a browser. */
export const inNode = () => typeof globalThis.process?.versions?.node === 'string';
