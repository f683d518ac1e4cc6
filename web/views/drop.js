import { byId } from '../dom.js';

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
