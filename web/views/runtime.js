import { byId, el } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';

/** @typedef {import('../worker.js').RunningCore} RunningCore */

/** Which build of the core runs, on how many threads and, if fewer than wanted, why. */
export function createRuntimeView() {
  /** @type {RunningCore | null} */
  let core = null;
  let worker = '';
  let failure = '';
  const node = byId('runtime-info');

  function render() {
    node.dataset.build = core?.build ?? '';
    node.dataset.threads = String(core?.threads ?? '');
    const now = core ? [...whatRuns(core), ...whyNotMore(core)] : worker === 'dead' ? [] : [t('runtime.none')];
    node.replaceChildren(
      ...now,
      ...(failure
        ? [' ', el('span', { className: 'error', role: 'alert' }, t('runtime.unavailable', { reason: failure }))]
        : []),
    );
  }

  onLanguage(render);
  return {
    /**
     * @param {RunningCore | null} running null: none yet, or its worker has ended
     * @param {string} [state] of the worker
     */
    show(running, state = '') {
      core = running;
      worker = state;
      failure = '';
      render();
    },
    /** The wanted build could not be loaded. @param {string} reason */
    fail(reason) {
      failure = reason;
      render();
    },
  };
}

/** @param {RunningCore} core */
function whatRuns({ build, threads }) {
  const [before, after] = t(threads === 1 ? 'runtime.one' : 'runtime.many', { threads }).split('%');
  return [before, el('code', { translate: false }, build), after];
}

/** @param {RunningCore} core */
function whyNotMore({ fallback }) {
  if (!fallback) return [];
  const { reason, message } = fallback;
  const detail = reason === 'failed' ? [' ', el('span', { lang: 'en', translate: false }, `(${message})`)] : [];
  return [' ', el('span', {}, t(`runtime.${reason}`), ...detail)];
}
