export const callbacks = Object.freeze({});
