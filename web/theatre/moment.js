import { byId, oncePerFrame, setText } from '../dom.js';
import { count, decimal, duration, onLanguage, t } from '../i18n/index.js';

/** The current figures: the epoch, loss and accuracy, images per second and the time left. */
export function createMomentView() {
  /** @type {import('../trainer.js').Progress | null} */
  let progress = null;

  function render() {
    const { epoch = 0, epochs = 0, logs, samplesPerSecond, secondsLeft } = progress ?? {};
    put('epoch', progress && t('moment.of', { epoch: Math.min(epoch + 1, epochs), epochs }));
    put('loss', logs && decimal(logs.loss, 4));
    put('accuracy', logs && decimal(logs.acc, 4));
    put('speed', samplesPerSecond && count(samplesPerSecond));
    put('eta', secondsLeft !== undefined && Number.isFinite(secondsLeft) && duration(secondsLeft));
  }

  /** @param {string} name @param {string | number | false | null | undefined} text */
  const put = (name, text) => setText(byId(`moment-${name}`), String(text || '–'));

  const update = oncePerFrame(render);
  onLanguage(render);
  return {
    /** @param {import('../trainer.js').Progress | null} next */
    show(next) {
      progress = next;
      update();
    },
  };
}
