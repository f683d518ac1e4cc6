import { newId } from './new-id.js';
import { runtimeOptions } from './settings.js';

/**
 * Makes a model that was saved, in the browser or with a project, the tab's.
 * @param {{ session: import('./session.js').Session, trainer: import('./trainer.js').Trainer, settings:
 *   import('./settings.js').Settings }} parts
 * @param {{ id: string, name: string, epochs: import('./keep/facts.js').EpochLogs[] }} saved `epochs`: its history
 * @param {Uint8Array<ArrayBuffer>} model its file
 * @returns {Promise<void>} rejects if it cannot be, as with the code `misfit`
 */
export async function takeSaved({ session, trainer, settings }, { id: saved, name, epochs }, model) {
  const { labelSmoothing, patience } = settings;
  const id = newId();
  await trainer.take(async () => {
    const kept = { facts: { epochs, dataset: null }, model, best: null };
    await session.call('restore', { id, kept, labelSmoothing, patience, runtime: runtimeOptions(settings) });
    return {
      id,
      history: epochs,
      position: { epoch: epochs.length, batch: 0 },
      ended: { how: 'completed' },
      saved: { id: saved, name },
    };
  });
  trainer.evaluate(); // which nobody need wait for
}
