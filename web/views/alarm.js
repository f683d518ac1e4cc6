import { byId, el, setText } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';

/**
 * The worker's death, with the way back where there is one. One that only stopped answering is followed by another at once.
 * @param {import('../session.js').Session} session @param {() => void} onRestart
 */
export function createAlarm(session, onRestart) {
  session.on('worker', ({ state, message = '', code }) => {
    const lacking = code === 'unsupported';
    const words = byId('alarm-words');
    words.dataset.i18n = lacking ? 'worker.lacking' : 'worker.died';
    setText(words, t(words.dataset.i18n));
    setText(byId('alarm-detail'), lacking ? '' : message);
    byId('restart').hidden = lacking;
    byId('alarm').hidden = state !== 'dead';
    if (code === 'stuck') onRestart();
  });
  byId('restart').addEventListener('click', () => {
    byId('alarm').hidden = true;
    onRestart();
  });
}

/** What in the address could not be used. @param {{ key: string, text: string, used: any }[]} corrected */
export function createCorrections(corrected) {
  onLanguage(() => byId('corrections').replaceChildren(...corrected.map((each) => el('p', {}, t('correction', each)))));
}
