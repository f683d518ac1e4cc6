import { byId, setText } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';

/** Which build of the core runs, on how many threads. @param {import('../session.js').Session} session */
export function createRuntimeView(session) {
  /** @type {{ build: string, threads: number } | null} */
  let runtime = null;

  function render() {
    setText(byId('runtime-info'), runtime ? t(runtime.threads === 1 ? 'runtime.one' : 'runtime.many', runtime) : t('runtime.none'));
  }

  session.on('worker', (event) => {
    runtime = event.runtime ?? null;
    byId('runtime-info').dataset.build = runtime?.build ?? '';
    byId('runtime-info').dataset.threads = runtime?.threads ?? '';
    render();
  });
  onLanguage(render);
}
