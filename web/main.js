import * as fittingRoom from 'fitting-room';
import { openPage } from './page.js';
import { work } from './worker.js';

/** One script for the page, its console and its worker, so that what they share loads once. */
if (!('document' in globalThis)) {
  work();
} else if (!(/** @type {{ framed?: boolean }} */ (globalThis).framed)) {
  Object.assign(globalThis, { fittingRoom });
  openPage();
}
