import { addTexts } from '../i18n/index.js';
import { addStyles } from '../styles.js';
import styles from './keep.css?inline';
import { createOffer } from './offer.js';
import { createSection } from './section.js';
import { createKeepStatus } from './status.js';

/**
 * What outlives the tab: runs that go on where they were, and a library of models. It comes once the page stands.
 * @param {{ session: import('../session.js').Session, trainer: import('../trainer.js').Trainer, settings: import('../settings.js').Settings }} parts
 */
export async function createKeep({ session, trainer, settings }) {
  await addTexts({ en: () => import('./texts/en.js'), 'zh-Hans': () => import('./texts/zh-Hans.js') });
  addStyles(styles);
  createKeepStatus(trainer);
  createOffer({ session, trainer, settings });
  createSection({ session, trainer, settings });
}
