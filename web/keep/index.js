import { addTexts } from '../i18n/index.js';
import { addStyles } from '../styles.js';
import styles from './keep.css?inline';
import { createOffer } from './offer.js';
import { createSection } from './section.js';
import { createKeepStatus } from './status.js';

/**
 * What outlives the tab: runs that can be continued, and a library of models. Loaded after the page itself.
 * @param {{ session: import('../session.js').Session, trainer: import('../trainer.js').Trainer,
 *   settings: import('../settings.js').Settings, onChosen: (files: File[]) => void }} parts
 * @returns {Promise<{ offersKnown: Promise<void>, open: (files: File[]) => void }>} `offersKnown`: resolves once it is
 *   known whether there is a run to continue; `open`: opens the files of a model
 */
export async function createKeep({ session, trainer, settings, onChosen }) {
  await addTexts('keep');
  addStyles(styles);
  createKeepStatus(trainer);
  const { known } = createOffer({ session, trainer, settings });
  const { open } = createSection({ session, trainer, settings, onChosen });
  return { offersKnown: known, open };
}
