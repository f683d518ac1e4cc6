import { byId, el, setText } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';

/** The worker's death, with the way back. @param {import('../session.js').Session} session @param {() => void} onRestart */
export function createAlarm(session, onRestart) {
  session.on('worker', ({ state, message }) => {
    byId('alarm').hidden = state !== 'dead';
    setText(byId('alarm-detail'), message ?? '');
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
