import { byId, el, setText } from '../dom.js';
import { onLanguage, percent, t } from '../i18n/index.js';
import { runtimeOptions } from '../settings.js';
import { claim, isTaken, staysTaken } from './claims.js';
import { forgetOldRuns, forgetRun, recallRun, runsKept, whenFree } from './store.js';

/**
 * The last run that no tab has any more: the page offers to go on with it, once nothing else is under way. The settings of a
 * run are the page's address, so the page is loaded anew there, and takes the run up as soon as it has its pictures.
 *
 * @typedef {import('./store.js').Kept} Kept
 */

const WANTED = 'fitting-room.resume';

/** What this tab is to take up, once. */
function takeWanted() {
  try {
    const id = sessionStorage.getItem(WANTED);
    sessionStorage.removeItem(WANTED);
    return id;
  } catch {
    return null;
  }
}

/** @param {import('./facts.js').Facts} facts @param {string} id */
function goThere({ address }, id) {
  sessionStorage.setItem(WANTED, id);
  history.replaceState(null, '', location.pathname + address);
  location.reload();
}

/** The latest run that is whole and no other tab's. @returns {Promise<{ id: string, kept: Kept } | null>} */
async function latestRun() {
  for (const id of await runsKept()) {
    const kept = (await staysTaken(id)) ? null : await recallRun(id);
    if (kept) return { id, kept };
  }
  return null;
}

/**
 * @param {{ session: import('../session.js').Session, trainer: import('../trainer.js').Trainer, settings: import('../settings.js').Settings }} parts
 */
export function createOffer({ session, trainer, settings }) {
  /** @type {{ id: string, kept: Kept } | null} */
  let offered = null;
  /** @type {'offer' | 'waiting' | 'other'} */
  let state = 'offer';

  const text = el('p', { role: 'status' });
  const accept = el('button', { type: 'button', className: 'primary', 'data-testid': 'resume-run' });
  const refuse = el('button', { type: 'button', 'data-testid': 'resume-discard' });
  const element = el('div', { className: 'notice', hidden: true, 'data-testid': 'resume-offer' }, text, accept, refuse);
  document.body.append(element);

  /** @param {Kept} kept */
  function wordsOf({ facts: { position, epochsInAll, epochs, finished, savedAt } }) {
    const accuracy = epochs.at(-1)?.logs.val_acc;
    const values = {
      epoch: position.batch > 0 ? position.epoch + 1 : Math.max(1, position.epoch), epochs: epochsInAll,
      accuracy: typeof accuracy === 'number' ? percent(accuracy, 1) : '–',
      when: wordsOfTime(savedAt),
    };
    return t(finished ? 'keep.offer-finished' : 'keep.offer', values);
  }

  function render() {
    element.hidden = !offered || trainer.busy() || (state === 'offer' && trainer.view.position !== null);
    if (!offered) return [text, accept, refuse].forEach((each) => setText(each, ''));
    setText(text, state === 'offer' ? wordsOf(offered.kept) : t(`keep.resume-${state}`));
    setText(accept, t(offered.kept.facts.finished ? 'keep.bring-back' : 'keep.resume'));
    setText(refuse, t('keep.discard'));
    accept.hidden = state !== 'offer';
  }

  /** Offers what there is. */
  async function look() {
    offered = await latestRun().catch((/** @type {import('./store.js').Unkept} */ { code }) => {
      if (code === 'blocked') whenFree().then(look);
      return null; // no storage: nothing was kept
    });
    forgetOldRuns(isTaken).catch(() => {});
    state = 'offer';
    render();
  }

  /** Takes up the run that is wanted, as soon as its pictures are there. */
  async function takeUp() {
    const { id, kept } = /** @type {{ id: string, kept: Kept }} */ (offered);
    if (session.data.state !== 'ready' || trainer.busy()) return;
    const { labelSmoothing, patience } = settings;
    const { same } = await session.call('restore', { id, kept, labelSmoothing, patience, runtime: runtimeOptions(settings) });
    if (!same) {
      state = 'other';
      return render();
    }
    offered = null;
    trainer.adopt(kept.facts);
    render();
    byId('train').scrollIntoView({ block: 'start' });
    if (kept.facts.finished) trainer.evaluate();
    else trainer.start();
  }

  async function begin() {
    const wanted = takeWanted();
    const kept = wanted && !(await staysTaken(wanted)) && (await recallRun(wanted).catch(() => null));
    if (!kept) return look();
    claim(wanted); // before the pictures are here, so that no other tab takes it meanwhile
    offered = { id: wanted, kept };
    state = 'waiting';
    render();
    await takeUp();
  }

  /** What is offered, unless another tab has taken it meanwhile. */
  const stillOffered = async () => (offered && !(await isTaken(offered.id)) ? offered : null);

  accept.addEventListener('click', async () => {
    const run = await stillOffered();
    if (run) goThere(run.kept.facts, run.id);
    else await look();
  });
  refuse.addEventListener('click', async () => {
    const run = await stillOffered();
    if (run) await forgetRun(run.id).catch(() => {});
    await look();
  });
  session.on('data', (/** @type {{ state: string }} */ data) => data.state === 'ready' && offered && state !== 'offer' && takeUp());
  session.on('worker', (/** @type {{ state: string }} */ worker) => worker.state === 'dead' && look());
  trainer.on('run', (/** @type {{ id: string }} */ { id }) => {
    claim(id);
    forgetOldRuns(isTaken).catch(() => {}); // a tab may see any number of them
    if (state === 'offer') offered = null;
  });
  trainer.on('state', render);
  onLanguage(render);
  begin();
}

/** How long ago; by a clock that has been set back since, that cannot be known. @param {number} when ms since 1970 */
function wordsOfTime(when) {
  const { lang } = document.documentElement;
  const minutes = Math.round((Date.now() - when) / 60_000);
  if (minutes === 0) return t('keep.just-now');
  if (minutes > 0 && minutes < 120) return new Intl.RelativeTimeFormat(lang).format(-minutes, 'minute');
  const time = new Date(when).toLocaleString(lang, { dateStyle: 'medium', timeStyle: 'short' });
  return minutes < 0 ? t('keep.clock-back', { time }) : time;
}
