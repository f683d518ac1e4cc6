/** Tasks that keep a page's main thread busy. */

/**
 * The tasks of the pages' main threads while `act` runs.
 * @param {import('puppeteer-core').Page} tab of Chromium
 * @param {() => Promise<any>} act
 * @returns {Promise<{ clock: number, processor: number }[]>} in ms
 */
export async function tasksDuring({ tracing }, act) {
  await tracing.start({ categories: ['toplevel'] });
  await act();
  const { traceEvents } = JSON.parse(Buffer.from(/** @type {Uint8Array} */ (await tracing.stop())).toString());
  const thread = (/** @type {any} */ event) => `${event.pid}:${event.tid}`;
  const mains = new Set(
    traceEvents
      .filter((/** @type {any} */ event) => event.name === 'thread_name' && event.args.name === 'CrRendererMain')
      .map(thread),
  );
  return traceEvents
    .filter(
      (/** @type {any} */ event) => event.ph === 'X' && event.name.endsWith('RunTask') && mains.has(thread(event)),
    )
    .map((/** @type {any} */ { dur = 0, tdur = 0 }) => ({ clock: dur / 1000, processor: tdur / 1000 }));
}
