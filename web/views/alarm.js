import { byId, el, setText } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';

/**
 * What the page says of a worker that ended, by the code of the error that ended it.
 * @type {Record<string, { words: string, restart: string | null }>}
 */
const DEATHS = {
  unsupported: { words: 'worker.lacking', restart: null },
  'no-core': { words: 'worker.no-core', restart: 'worker.load-again' },
};
const DIED = { words: 'worker.died', restart: 'worker.restart' };

/**
 * The worker's end, with the way back where there is one. One that only stopped answering is followed by another at
 * once.
 * @param {import('../session.js').Session} session @param {() => void} onRestart
 */
export function createAlarm(session, onRestart) {
  session.on('worker', (worker) => {
    const { state, message = '', code = '' } = { message: '', code: '', ...worker };
    const { words, restart } = DEATHS[code] ?? DIED;
    say(byId('alarm-words'), words);
    setText(byId('alarm-detail'), code === 'unsupported' ? '' : message);
    say(byId('restart'), restart ?? DIED.restart);
    byId('restart').hidden = restart === null;
    byId('alarm').hidden = state !== 'dead';
    if (code === 'stuck') onRestart();
  });
  byId('restart').addEventListener('click', () => {
    byId('alarm').hidden = true;
    onRestart();
  });
}

/** In the current language, and after a change in the next one. @param {HTMLElement} node @param {string} key */
function say(node, key) {
  node.dataset.i18n = key;
  setText(node, t(key));
}

/** Tells what in the address is not valid. @param {import('../model-address.js').Correction[]} corrected */
export function createCorrections(corrected) {
  onLanguage(() => byId('corrections').replaceChildren(...corrected.map((each) => el('p', {}, t('correction', each)))));
}
