import { t } from '../i18n/index.js';

const REASONS = ['empty-file', 'heic', 'svg', 'not-a-picture', 'too-large', 'unreadable', 'bad-data', 'no-numbers', 'worker-died'];

/** Why a file has no answer. @param {string} name of the file @param {string} reason a code, or words where there is none */
export const refusalText = (name, reason) =>
  REASONS.includes(reason) ? t(`refused.${reason}`, { name }) : t('refused.other', { name, reason });
