import { contextOf, el, setText } from '../dom.js';
import { count, onLanguage, t } from '../i18n/index.js';

/** Takes pictures with the camera, which is on only while its panel is open. */

const WANTED = { video: { facingMode: 'environment', width: { ideal: 1280 } } };

/** Why there is no picture, by the browser's name for the error. @type {Record<string, string>} */
const REASONS = {
  NotAllowedError: 'refused',
  NotFoundError: 'none',
  OverconstrainedError: 'none',
  NotReadableError: 'in-use',
  AbortError: 'in-use',
};

const EVERY = 200; // ms between two pictures while the button is held
const LONGEST_EDGE = 640; // pixels of such a picture

/**
 * @param {(files: File[]) => void} onPictures
 * @param {{ held?: boolean }} [options] held: takes pictures for as long as the button is held, and stays open
 */
export function createCamera(onPictures, { held = false } = {}) {
  const video = el('video', { muted: true, playsInline: true, autoplay: true, 'data-testid': 'camera-video' });
  const take = el('button', { type: 'button', className: 'primary', 'data-testid': 'camera-take' });
  const stop = el('button', { type: 'button', 'data-testid': 'camera-stop', onclick: close });
  const status = el('p', { role: 'status', 'data-testid': 'camera-status' });
  const element = el(
    'div',
    { className: 'camera', hidden: true, 'data-testid': 'camera' },
    el('div', {}, video, el('p', { className: 'photo-tools' }, take, stop), status),
  );

  /** @type {MediaStream | null} */
  let stream = null;
  let asked = 0;
  let taken = 0;
  let said = '';
  /** Pictures that were taken since the button was pressed. @type {Promise<File>[]} */
  let burst = [];
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;

  /** @param {string} key */
  function say(key) {
    said = key;
    render();
  }

  async function open() {
    element.hidden = false;
    const mine = ++asked;
    if (!navigator.mediaDevices) return say('insecure');
    say('waiting');
    try {
      const opened = await navigator.mediaDevices.getUserMedia(WANTED);
      if (mine !== asked) return stopTracks(opened); // closed while the browser was asking for permission
      stream = opened;
      video.srcObject = opened;
      opened.getVideoTracks()[0].addEventListener('ended', () => {
        if (mine !== asked) return;
        release();
        say('ended');
      });
      await video.play();
      say('');
    } catch (error) {
      if (mine === asked) say(REASONS[/** @type {Error} */ (error).name] ?? 'failed');
    }
  }

  /** @param {MediaStream | null} some */
  const stopTracks = (some) => some?.getTracks().forEach((track) => track.stop());

  function release() {
    asked++;
    stopTracks(stream);
    stream = null;
    video.srcObject = null;
    render();
  }

  function close() {
    letGo();
    said = '';
    release();
    element.hidden = true;
  }

  /** @param {number} scale @param {string} type of the file @returns {Promise<File>} */
  async function picture(scale, type) {
    const canvas = el('canvas', { width: video.videoWidth * scale, height: video.videoHeight * scale });
    contextOf(canvas).drawImage(video, 0, 0, canvas.width, canvas.height);
    const name = `camera-${++taken}.${type === 'image/png' ? 'png' : 'jpg'}`;
    /** @type {Blob | null} */
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, 0.92));
    if (!blob) throw new Error('the browser could not store the picture');
    return new File([blob], name, { type });
  }

  async function shoot() {
    const shot = picture(1, 'image/png');
    close();
    onPictures([await shot]);
  }

  function shootAgain() {
    burst.push(picture(Math.min(1, LONGEST_EDGE / Math.max(video.videoWidth, video.videoHeight)), 'image/jpeg'));
    render();
  }

  function hold() {
    if (take.disabled || timer !== undefined) return;
    shootAgain();
    timer = setInterval(shootAgain, EVERY);
  }

  async function letGo() {
    if (timer === undefined) return;
    clearInterval(timer);
    timer = undefined;
    const shots = burst;
    burst = [];
    onPictures(await Promise.all(shots));
    render();
  }

  function render() {
    take.disabled = !stream || said !== '';
    video.hidden = !stream;
    video.setAttribute('aria-label', t('camera.video'));
    setText(take, t(held ? 'camera.hold' : 'camera.take'));
    setText(stop, t('camera.stop'));
    const counted = burst.length > 0 ? t('camera.count', { count: count(burst.length) }) : '';
    setText(status, said ? t(`camera.${said}`) : counted);
  }

  if (held) {
    take.addEventListener('pointerdown', hold);
    for (const kind of ['pointerup', 'pointerleave', 'pointercancel', 'blur', 'keyup'])
      take.addEventListener(kind, letGo);
    take.addEventListener('keydown', ({ key }) => (key === ' ' || key === 'Enter') && hold());
  } else take.addEventListener('click', shoot);

  addEventListener('pagehide', close);
  document.addEventListener('visibilitychange', () => document.hidden && stream && close());
  onLanguage(render);
  return { element, open, close };
}
