/** The page in which the measurements run, in the page itself or in one of its workers. Called from ../hosts.js. */

/** @typedef {{ file: string, name: string, args: any[] }} Call a function that module `file` exports */

/** @type {Map<string, Worker>} */
const workers = new Map();

/** @param {Call} call */
const here = async ({ file, name, args }) => (await import(file))[name](...args);

/** @param {string} name @param {Call} call */
function inWorker(name, call) {
  const worker = workers.get(name) ?? new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
  workers.set(name, worker);
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => ('error' in data ? reject(new Error(data.error)) : resolve(data.value));
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(call);
  });
}

/** @param {string} name */
function endWorker(name) {
  workers.get(name)?.terminate();
  workers.delete(name);
}

Object.assign(globalThis, { lab: { here, inWorker, endWorker } });
