import { contextOf, el, setText } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';

/** Takes a picture with the camera, which is on only while its panel is open. */

const WANTED = { video: { facingMode: 'environment', width: { ideal: 1280 } } };

/** Why there is no picture, by the browser's name for the error. @type {Record<string, string>} */
const REASONS = {
  NotAllowedError: 'refused',
  NotFoundError: 'none',
  OverconstrainedError: 'none',
  NotReadableError: 'in-use',
  AbortError: 'in-use',
};

/** @param {(files: File[]) => void} onPictures */
export function createCamera(onPictures) {
  const video = el('video', { muted: true, playsInline: true, autoplay: true, 'data-testid': 'camera-video' });
  const take = el('button', { type: 'button', className: 'primary', 'data-testid': 'camera-take', onclick: shoot });
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
  let count = 0;
  let said = '';

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
    said = '';
    release();
    element.hidden = true;
  }

  async function shoot() {
    const canvas = el('canvas', { width: video.videoWidth, height: video.videoHeight });
    contextOf(canvas).drawImage(video, 0, 0);
    close();
    /** @type {Blob | null} */
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (blob) onPictures([new File([blob], `camera-${++count}.png`, { type: 'image/png' })]);
  }

  function render() {
    take.disabled = !stream || said !== '';
    video.hidden = !stream;
    video.setAttribute('aria-label', t('camera.video'));
    setText(take, t('camera.take'));
    setText(stop, t('camera.stop'));
    setText(status, said && t(`camera.${said}`));
  }

  addEventListener('pagehide', close);
  document.addEventListener('visibilitychange', () => document.hidden && stream && close());
  onLanguage(render);
  return { element, open, close };
}
