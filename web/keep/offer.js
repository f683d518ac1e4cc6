import { el, goTo, hook, oneAtATime, setText } from '../dom.js';
import { onLanguage, percent, t } from '../i18n/index.js';
import { isGiven, runtimeOptions, writeSettings } from '../settings.js';
import { recall } from '../storage.js';
import { claim, isTaken, staysTaken } from './claims.js';
import { endedOf, hasBegun } from './facts.js';
import { whenFree } from '../database.js';
import { forgetOldRuns, forgetRun, keepRun, recallRun, runsKept } from './store.js';

/**
 * Runs that were saved automatically: the last one that no tab has is offered once nothing else is under way; a run
 * that another replaces can be returned to; a discarded run can be restored. The settings of a run are the page's
 * address, so the page reloads there, and continues the run as soon as the images have loaded. Images that the user
 * chose do not load by themselves, so the page asks for them.
 *
 * @typedef {import('./store.js').Kept} Kept
 * @typedef {{ id: string, kept: Kept }} Run
 * @typedef {'offer' | 'waiting' | 'other' | 'failed'} Standing of the offered run: it can be continued, waits for its
 *   images, was trained on other images, or could not be restored
 */

const WANTED = 'fitting-room.resume';

/**
 * What this tab is to continue, once, and which run it left for that.
 * @returns {{ id: string, left: string } | null}
 */
function takeWanted() {
  try {
    const wanted = sessionStorage.getItem(WANTED);
    sessionStorage.removeItem(WANTED);
    return wanted === null ? null : JSON.parse(wanted);
  } catch {
    return null;
  }
}

/** @param {Run} run @param {string} left the run that this tab leaves for it */
function goThere(
  {
    id,
    kept: {
      facts: { address },
    },
  },
  left,
) {
  sessionStorage.setItem(WANTED, JSON.stringify({ id, left }));
  location.replace(location.pathname + address);
}

/** The latest run that is undamaged and not another tab's. @returns {Promise<Run | null>} */
async function latestRun() {
  for (const id of await runsKept()) {
    const kept = (await staysTaken(id)) ? null : await recallRun(id);
    if (kept) return { id, kept };
  }
  return null;
}

/**
 * @param {{ session: import('../session.js').Session, trainer: import('../trainer.js').Trainer, settings:
 *   import('../settings.js').Settings }} parts
 * @returns {{ known: Promise<void> }} resolves once it is known whether there is a run to offer
 */
export function createOffer({ session, trainer, settings }) {
  /** @type {Run | null} */
  let offered = null;
  /** @type {Standing} */
  let state = 'offer';
  let failure = '';
  /** The settings of the run that is wanted: those that the page was opened with. */
  let wantedWith = writeSettings(settings, '');
  /** The run that the tab's model comes from, by its id. */
  let current = '';
  /** The run that it replaced. @type {Run | null} */
  let earlier = null;
  /** What was discarded here, the last one last. @type {Run[]} */
  const discarded = [];
  let problem = ''; // with the last action

  const text = el('p', { role: 'status' });
  const accept = el('button', { type: 'button', className: 'primary', 'data-testid': 'resume-run' });
  const refuse = el('button', { type: 'button', 'data-testid': 'resume-discard' });
  const undoText = el('span');
  const undo = el('button', { type: 'button', className: 'small', 'data-testid': 'resume-undo' });
  const problemLine = el('p', { className: 'error', role: 'alert' });
  const undoLine = el('p', { className: 'quiet', role: 'status' }, undoText, ' ', undo);
  const element = el(
    'div',
    { className: 'notice', hidden: true, 'data-testid': 'resume-offer' },
    text,
    accept,
    refuse,
    undoLine,
    problemLine,
  );
  document.body.append(element);

  const earlierText = el('span');
  const goBack = el('button', { type: 'button', className: 'small', 'data-testid': 'earlier-return' });
  const earlierLine = el(
    'p',
    { className: 'quiet earlier', hidden: true, role: 'status', 'data-testid': 'earlier-run' },
    earlierText,
    ' ',
    goBack,
  );
  hook('keep-status').after(earlierLine);

  /** @param {Kept} kept */
  function wordsOf({ facts: { position, epochsInAll, epochs, finished, savedAt } }) {
    const accuracy = epochs.at(-1)?.logs.val_acc;
    const values = {
      epoch: epochUnderWay(position),
      epochs: epochsInAll,
      accuracy: typeof accuracy === 'number' ? percent(accuracy, 1) : '–',
      when: wordsOfTime(savedAt),
    };
    return t(finished ? 'keep.offer-finished' : 'keep.offer', values);
  }

  function render() {
    const shown = offered && !trainer.busy() && !(state === 'offer' && trainer.view.model) ? offered : null;
    const undone = discarded.length > 0;
    element.hidden = !shown && !undone;
    setText(
      text,
      !shown ? '' : state === 'offer' ? wordsOf(shown.kept) : t(`keep.resume-${causeOf(shown)}`, { detail: failure }),
    );
    setText(accept, t(shown?.kept.facts.finished ? 'keep.bring-back' : 'keep.resume'));
    setText(refuse, t('keep.discard'));
    text.hidden = refuse.hidden = !shown;
    accept.hidden = !shown || state !== 'offer';
    undoLine.hidden = !undone;
    setText(undoText, undone ? t('keep.discarded') : '');
    problemLine.hidden = problem === '';
    setText(problemLine, problem && t('library.failed', { detail: problem }));
    setText(undo, t('keep.undo'));
    earlierLine.hidden = !earlier;
    setText(
      earlierText,
      earlier ? t(earlier.kept.facts.finished ? 'keep.earlier-finished' : 'keep.earlier', valuesOf(earlier)) : '',
    );
    setText(goBack, t('keep.return'));
  }

  /** @param {Run} run */
  const causeOf = ({ kept: { facts } }) =>
    state === 'other' && facts.dataset.source === 'pictures' ? 'pictures' : state;

  /** @param {Run | null} run @param {Standing} [how] */
  function offer(run, how = 'offer') {
    offered = run;
    state = how;
    const continued = run && !run.kept.facts.finished && (how === 'offer' || how === 'waiting');
    trainer.setOffer(continued ? { ...valuesOf(run), accept: how === 'offer' ? take : takeUp } : null);
    render();
  }

  /** Offers what there is. */
  async function look() {
    const run = await latestRun().catch((/** @type {import('../database.js').StorageError} */ { code }) => {
      if (code === 'blocked') whenFree().then(look);
      return null; // no storage: nothing was kept
    });
    forgetOldRuns(isTaken).catch(() => {});
    offer(run);
  }

  /** Continues the run that is wanted, as soon as its images are there. */
  async function takeUp() {
    const { id, kept } = /** @type {Run} */ (offered);
    const { info } = session.data;
    if (!info || session.data.state === 'loading' || trainer.busy()) return;
    if (isGiven(kept.facts.dataset.source) && !isGiven(info.source)) return; // they cannot be those
    if (writeSettings(settings, '') !== wantedWith) return offer({ id, kept }); // they are another run's by now
    const { labelSmoothing, patience } = settings;
    const { epochs, position } = kept.facts;
    const ended = endedOf(kept.facts);
    try {
      const taken = await trainer.take(async () => {
        const { same } = await session.call('restore', {
          id,
          kept,
          labelSmoothing,
          patience,
          runtime: runtimeOptions(settings),
        });
        return same ? { id, history: epochs, position, ended } : null;
      });
      if (!taken) return offer({ id, kept }, 'other');
    } catch (error) {
      failure = /** @type {Error} */ (error).message;
      return offer({ id, kept }, 'failed');
    }
    goTo('train');
    if (kept.facts.finished) trainer.evaluate();
    else trainer.start();
  }

  async function begin() {
    const wanted = takeWanted();
    const kept = wanted && !(await staysTaken(wanted.id)) && (await recallRun(wanted.id).catch(() => null));
    if (!kept) return look();
    claim(wanted.id); // before the images have loaded, so that no other tab takes it
    current = wanted.left;
    const { source } = kept.facts.dataset;
    const comes = source === 'pictures' ? recall('project') : !isGiven(source);
    offer({ id: wanted.id, kept }, comes ? 'waiting' : 'other');
    takeUp();
  }

  /** What is offered, unless another tab has taken or discarded it meanwhile. */
  async function stillOffered() {
    const run = offered;
    if (!run || (await isTaken(run.id))) return null;
    const kept = await recallRun(run.id).catch(() => null);
    return kept && { id: run.id, kept };
  }

  /** Shows beside the buttons what fails. @param {() => Promise<void>} work */
  const acting = (work) =>
    oneAtATime(async () => {
      problem = '';
      try {
        await work();
      } catch (error) {
        problem = /** @type {Error} */ (error).message;
      }
      render();
    });

  const take = acting(async () => {
    const run = await stillOffered();
    if (!run) return look();
    const { address, dataset } = run.kept.facts;
    if (!isGiven(dataset.source) || writeSettings(settings, '') !== address) return goThere(run, current);
    wantedWith = address;
    claim(run.id);
    offer(run, 'other');
    await takeUp(); // its images may be here already
  });

  const discard = acting(async () => {
    const run = await stillOffered();
    if (run) {
      await forgetRun(run.id);
      discarded.push(run);
    }
    await look();
    if (run && !undoLine.hidden) undo.focus(); // the button that was pressed may be gone
  });

  const bringBack = acting(async () => {
    const run = discarded.at(-1);
    if (run) await keepRun(run.id, run.kept);
    discarded.pop();
    await look();
    if (!accept.hidden) accept.focus();
  });

  const returnToEarlier = acting(async () => {
    const run = earlier;
    if (!run) return;
    await trainer.halt();
    if (await isTaken(run.id)) earlier = null;
    else goThere(run, current);
  });

  /** The tab's model is another run's now: what it took the place of stays saved. @param {{ id: string }} run */
  async function follow({ id }) {
    if (id === current) return;
    const before = offered && offered.id !== id ? offered.id : current;
    current = id;
    claim(id);
    forgetOldRuns(isTaken).catch(() => {}); // a tab may see many
    offer(null);
    earlier = null;
    const kept = before ? await recallRun(before).catch(() => null) : null;
    if (current === id && kept && (kept.facts.finished || hasBegun(kept.facts.position)))
      earlier = { id: before, kept };
    render();
  }

  accept.addEventListener('click', take);
  refuse.addEventListener('click', discard);
  undo.addEventListener('click', bringBack);
  goBack.addEventListener('click', returnToEarlier);
  session.on(
    'data',
    (/** @type {import('../session.js').DataState} */ data) =>
      data.state === 'ready' && offered && (state === 'waiting' || state === 'other') && takeUp(),
  );
  session.on('worker', (/** @type {{ state: string }} */ worker) => worker.state === 'dead' && look());
  // Other images were loaded: the run that learnt from those before is saved.
  trainer.on('forgotten', () => {
    current = '';
    look();
  });
  trainer.on('run', follow);
  trainer.on('state', render);
  onLanguage(render);
  return { known: begin() };
}

/** @param {{ epoch: number, batch: number }} position @returns {number} from 1 on */
const epochUnderWay = ({ epoch, batch }) => (batch > 0 ? epoch + 1 : Math.max(1, epoch));

/** @param {Run} run */
const valuesOf = ({ kept: { facts } }) => ({
  epoch: epochUnderWay(facts.position),
  epochs: facts.epochsInAll,
  address: facts.address,
});

/** How long ago, or the time if the clock has been set back since. @param {number} when ms since 1970 */
function wordsOfTime(when) {
  const { lang } = document.documentElement;
  const minutes = Math.round((Date.now() - when) / 60_000);
  if (minutes === 0) return t('keep.just-now');
  if (minutes > 0 && minutes < 120) return new Intl.RelativeTimeFormat(lang).format(-minutes, 'minute');
  const time = new Date(when).toLocaleString(lang, { dateStyle: 'medium', timeStyle: 'short' });
  return minutes < 0 ? t('keep.clock-back', { time }) : time;
}
