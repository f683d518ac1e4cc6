/** Whether this code runs in Node rather than in a browser. */
export const inNode = () => typeof globalThis.process?.versions?.node === 'string';
