import { openPage } from './page.js';
import { work } from './worker.js';

/** One script for the page, its console and its worker, so that what they share loads once. */
if (!('document' in globalThis)) {
  work();
} else if (!(/** @type {{ framed?: boolean }} */ (globalThis).framed)) {
  openPage();
  import('./console.js').then(
    (api) => Object.assign(globalThis, api),
    () => {}, // the page does without
  );
}
