/** Answers one call at a time. @type {any} */
const port = globalThis;

port.onmessage = async (/** @type {MessageEvent<import('./page.js').Call>} */ { data: { file, name, args } }) => {
  try {
    port.postMessage({ value: await (await import(file))[name](...args) });
  } catch (error) {
    port.postMessage({ error: String(/** @type {Error} */ (error).stack ?? error) });
  }
};
