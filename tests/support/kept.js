/** What a page keeps in its browser, looked at from within the page; each function travels there as text. */

/**
 * The run that was kept last.
 * @param {boolean} [weighed]
 * @returns {Promise<{ id: string, facts: any, weights: string } | null>} weights: the SHA-256 of all of them, '' where not `weighed`
 */
export async function lastRun(weighed = false) {
  const done = (/** @type {IDBRequest} */ request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  if (!(await indexedDB.databases()).some(({ name }) => name === 'fitting-room')) return null;
  const database = await done(indexedDB.open('fitting-room'));
  const transaction = database.transaction(['runs', 'slots']);
  const marks = await done(transaction.objectStore('runs').getAll());
  const mark = marks.sort((/** @type {any} */ a, /** @type {any} */ b) => (b.turn ?? 0) - (a.turn ?? 0) || b.savedAt - a.savedAt)[0];
  const slot = mark && (await done(transaction.objectStore('slots').get([mark.id, mark.slot])));
  database.close();
  if (!slot) return null;
  if (!weighed) return { id: mark.id, facts: slot.facts, weights: '' };
  const model = await /** @type {any} */ (globalThis).fittingRoom.loadModel(slot.model, { deterministic: true, threads: 1 });
  const all = new Blob(model.getWeights().map((/** @type {any} */ { data }) => data));
  model.dispose();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await all.arrayBuffer()));
  return { id: mark.id, facts: slot.facts, weights: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') };
}
