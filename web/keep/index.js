import { projectLeftOpen } from '../database.js';
import { addTexts } from '../i18n/index.js';
import { recall } from '../storage.js';
import { addStyles } from '../styles.js';
import styles from './keep.css?inline';
import { createOffer } from './offer.js';
import { createSection } from './section.js';
import { createKeepStatus } from './status.js';

/**
 * What outlives the tab: runs that can be continued, and a library of models. Loaded after the page itself.
 * @param {Parameters<typeof createSection>[0] & { onProject: (id: string) => unknown }} parts `onProject`: told of a
 *   project that a killed browser had, which the page does not know of otherwise
 * @returns {Promise<{ offersKnown: Promise<void>, open: (files: File[]) => void }>} `offersKnown`: resolves once it is
 *   known whether there is a run to continue; `open`: opens the files of a model
 */
export async function createKeep(parts) {
  await addTexts('keep');
  addStyles(styles);
  createKeepStatus(parts.trainer);
  const { known } = createOffer(parts);
  const { open } = createSection(parts);
  if (parts.settings.source === 'auto' && recall('project') === null)
    projectLeftOpen().then(
      (id) => id && !parts.trainer.busy() && parts.onProject(id),
      () => {}, // no storage: nothing was saved
    );
  return { offersKnown: known, open };
}
