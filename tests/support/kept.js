/** What the page has saved in its browser, read from within the page; each function is sent there as text. */

/**
 * The run that was saved last.
 * @param {boolean} [weighed]
 * @returns {Promise<{ id: string, facts: any, weights: string } | null>} weights: the SHA-256 of all of them, '' unless
 *   `weighed`
 */
export async function lastRun(weighed = false) {
  const done = (/** @type {IDBRequest} */ request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  if (!(await indexedDB.databases()).some(({ name }) => name === 'fitting-room')) return null;
  const database = await done(indexedDB.open('fitting-room'));
  const transaction = database.transaction(['runs', 'slots']);
  const marks = await done(transaction.objectStore('runs').getAll());
  const mark = marks.sort(
    (/** @type {any} */ a, /** @type {any} */ b) => (b.turn ?? 0) - (a.turn ?? 0) || b.savedAt - a.savedAt,
  )[0];
  const slot = mark && (await done(transaction.objectStore('slots').get([mark.id, mark.slot])));
  database.close();
  if (!slot) return null;
  if (!weighed) return { id: mark.id, facts: slot.facts, weights: '' };
  const model = await /** @type {any} */ (globalThis).fittingRoom.loadModel(slot.model, {
    deterministic: true,
    threads: 1,
  });
  const all = new Blob(model.getWeights().map((/** @type {any} */ { data }) => data));
  model.dispose();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await all.arrayBuffer()));
  return {
    id: mark.id,
    facts: slot.facts,
    weights: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  };
}

/**
 * Overwrites everything that is saved of each run, as another page of the origin could, with the plain SHA-256 of the
 * new content, as earlier versions of the page stored it.
 * @param {number | null} epochs that each run then claims to have; null: unchanged
 * @param {boolean} keyless whether to delete this browser's key too
 */
export async function rewriteRuns(epochs, keyless) {
  const done = (/** @type {IDBRequest} */ request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const database = await done(indexedDB.open('fitting-room'));
  const slots = await done(database.transaction(['slots']).objectStore('slots').getAll());
  for (const slot of slots) {
    if (epochs !== null) slot.facts.run = { ...slot.facts.run, epochs };
    const whole = new Blob([JSON.stringify(slot.facts), slot.model, ...(slot.best ? [slot.best] : [])]);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await whole.arrayBuffer()));
    slot.digest = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    await done(database.transaction(['slots'], 'readwrite').objectStore('slots').put(slot));
  }
  database.close();
  if (keyless) await done(indexedDB.deleteDatabase('fitting-room.key'));
  return slots.length;
}

/** The digests of everything saved of runs; runs in the page. */
export async function digestsOfRuns() {
  const done = (/** @type {IDBRequest} */ request) =>
    new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  const database = await done(indexedDB.open('fitting-room'));
  const slots = await done(database.transaction(['slots']).objectStore('slots').getAll());
  database.close();
  return slots.map((/** @type {any} */ { digest }) => digest);
}
