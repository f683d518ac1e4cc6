import { byId } from '../dom.js';

/** @param {File} file by its name and kind; what is in it is seen later */
export const isPicture = ({ name, type }) => /^image\//.test(type) || /\.(jpe?g|png|gif|webp|avif|bmp|heic|heif|svg)$/i.test(name);

/** Files may be dropped anywhere on the page. @param {(files: File[]) => void} onFiles */
export function setUpDrop(onFiles) {
  const veil = byId('drop-veil');
  const bringsFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files');

  document.addEventListener('dragover', (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    veil.hidden = false;
  });
  document.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) veil.hidden = true;
  });
  document.addEventListener('drop', (event) => {
    veil.hidden = true;
    if (!bringsFiles(event)) return;
    event.preventDefault();
    onFiles([...(event.dataTransfer?.files ?? [])]);
  });
}
