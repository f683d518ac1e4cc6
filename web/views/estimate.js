import { byId, setText } from '../dom.js';
import { createLaps, roughly, secondsOf, secondsPerEpoch, speedKey } from '../estimate.js';
import { decimal, onLanguage, t } from '../i18n/index.js';
import { runtimeOptions } from '../settings.js';

const QUIET = 500; // ms without a change, or anything that the worker has to do, before it is asked to measure

/**
 * How long what Start begins will take. It is measured once its place is in view. Loaded after the page itself.
 * @param {import('../session.js').Session} session
 * @param {import('../trainer.js').Trainer} trainer
 * @param {() => { settings: import('../settings.js').Settings, specs: import('../model-spec.js').Spec[] }} current
 * @param {() => boolean} valid whether Start would begin anything
 */
export function createEstimateView(session, trainer, current, valid) {
  const node = byId('estimate');
  /** @type {Map<string, import('../estimate.js').Speed | null>} by what it depends on; null: it cannot be measured */
  const speeds = new Map();
  const laps = createLaps();
  let lapped = { key: '', images: 0 }; // the run that the laps are of
  let asked = ''; // what is being measured, or will be in a moment
  let timer = 0;
  let seen = false; // who only wants to try a model needs no estimate

  /** The run that the settings describe; null if there are no images. */
  function described() {
    const { info, version } = session.data;
    if (!info) return null;
    const { settings, specs } = current();
    const images = Math.min(settings.trainSize, info.train.images[0]);
    return {
      settings,
      specs,
      key: speedKey(settings, specs, images, version),
      run: {
        images,
        tests: (info.validation ?? info.test).images[0],
        epochs: settings.epochs,
        batchSize: settings.batchSize,
      },
    };
  }

  /** What Start would run, if it would run anything. */
  const wanted = () => (session.data.state === 'loading' || trainer.busy() || !valid() ? null : described());

  function update() {
    const next = wanted();
    render(next);
    clearTimeout(timer);
    const key = seen && next && !speeds.has(next.key) ? next.key : '';
    if (key !== asked) session.stopMeasuring();
    asked = key;
    if (key) timer = window.setTimeout(measure, QUIET);
  }

  async function measure() {
    const next = wanted();
    if (!next || next.key !== asked || !session.idle) return; // `idle` calls again
    const { layers, ...chosen } = next.settings;
    try {
      const speed = await session.measure({ ...chosen, specs: next.specs, runtime: runtimeOptions(next.settings) });
      if (speed) speeds.set(next.key, speed);
    } catch {
      speeds.set(next.key, null);
    }
    update();
  }

  /** @param {ReturnType<typeof wanted>} next */
  function render(next) {
    const seconds = next && secondsLeft(next);
    node.dataset.seconds = String(seconds ?? '');
    setText(node, seconds === null ? '' : textOf(seconds, next?.settings.patience ?? 0));
  }

  /** @param {NonNullable<ReturnType<typeof wanted>>} next */
  function secondsLeft({ key, run }) {
    const speed = speeds.get(key);
    const { continues, offer, model } = trainer.view;
    if (!speed || offer) return null;
    const from = (continues && model?.position) || { epoch: 0, batch: 0 };
    const known = lapped.key === key ? laps.seconds / secondsPerEpoch(speed, { ...run, images: lapped.images }) : NaN;
    return secondsOf(speed, run, from) * (known || 1);
  }

  new IntersectionObserver((entries) => {
    seen = entries[entries.length - 1].isIntersecting;
    update();
  }).observe(node);
  trainer.on('state', ({ state }) => {
    if (state !== 'training') laps.skip();
    update();
  });
  trainer.on('epoch', () => {
    const next = trainer.view.state === 'training' && described();
    if (!next) return; // the epochs of a restored run
    const { key, run } = next;
    const { images } = run;
    if (key !== lapped.key || images !== lapped.images) laps.clear();
    lapped = { key, images };
    laps.lap();
  });
  for (const name of /** @type {const} */ (['data', 'idle', 'worker'])) session.on(name, update);
  onLanguage(update);
}

/** @param {number} seconds @param {number} patience of early stopping, which may end the run before */
function textOf(seconds, patience) {
  const { unit, amount } = roughly(seconds);
  if (unit === 'few') return t('estimate.few');
  const time = t(`time.${unit}`, { count: decimal(amount, amount % 1 ? 1 : 0) });
  return t(patience > 0 ? 'estimate.most' : 'estimate.about', { time });
}
