import { el, setText } from './dom.js';
import { addTexts, onLanguage, t } from './i18n/index.js';

/**
 * Use without a network, and updates. Both are optional: if service workers or storage are refused, the page stays as
 * it is.
 */

const SETTLES = 1000; // ms in which a version that does not wait takes over

/** @param {import('./trainer.js').Trainer} trainer */
export async function setUpOffline(trainer) {
  if (!import.meta.env.PROD) return;
  await addTexts('offline');
  await new Promise((resolve) => whenIdle(() => resolve(undefined)));
  const { serviceWorker } = navigator;
  const registration = await serviceWorker.register('service-worker.js');
  onWaiting(
    registration,
    once(() => announce(registration, trainer)),
  );
  document.addEventListener('visibilitychange', () => document.hidden || registration.update().catch(() => {}));
  serviceWorker.addEventListener('message', once(showKept));
  (await serviceWorker.ready).active?.postMessage('fill');
}

/** Calls `work` when the page is idle. @param {() => void} work */
function whenIdle(work) {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(work);
  else setTimeout(work, 500); // Safari
}

/** @param {() => void} act */
function once(act) {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}

/** @param {ServiceWorkerRegistration} registration @param {() => void} act */
function onWaiting(registration, act) {
  const look = () => registration.waiting && registration.active && act();
  const follow = () => registration.installing?.addEventListener('statechange', () => setTimeout(look, SETTLES));
  registration.addEventListener('updatefound', follow);
  follow();
  look();
}

/**
 * Announces a new version at the foot of the window, where it moves nothing.
 * @param {ServiceWorkerRegistration} registration
 * @param {import('./trainer.js').Trainer} trainer
 */
function announce(registration, trainer) {
  const text = el('p', { role: 'status' });
  const button = el('button', { type: 'button', 'data-testid': 'update-use', onclick: () => use(registration) });
  document.body.append(el('div', { className: 'notice', 'data-testid': 'update-notice' }, text, button));
  const render = () => {
    const busy = trainer.busy();
    const loses = trainer.view.model !== null;
    setText(text, busy ? t('update.later') : loses ? t('update.loses') : t('update.ready'));
    setText(button, t('update.use'));
    button.disabled = busy;
  };
  trainer.on('state', render);
  onLanguage(render);
}

/**
 * Switches to the new version; if another tab has done so already, the page only reloads.
 * @param {ServiceWorkerRegistration} registration
 */
function use({ waiting }) {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload());
  if (waiting) waiting.postMessage('use');
  else location.reload();
}

function showKept() {
  const line = el('p', { role: 'status', 'data-testid': 'offline-status' });
  document.querySelector('.colophon')?.append(line);
  const render = () => setText(line, t('offline'));
  onLanguage(render);
}
