/**
 * One press acts once: the second click of a double click does nothing, and neither does a key that is held down.
 * Buttons that people press repeatedly, to page or to move something, have `data-repeat`.
 */
export function setUpClicks() {
  addEventListener('click', swallowSecond, { capture: true });
  addEventListener('keydown', swallowHeld, { capture: true });
}

/** @param {EventTarget | null} target */
const actsOnce = (target) => target instanceof Element && target.closest('button:not([data-repeat])') !== null;

/** @param {MouseEvent} event */
function swallowSecond(event) {
  if (event.detail < 2 || !actsOnce(event.target)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** Enter in a field submits its form as a button does. @param {KeyboardEvent} event */
function swallowHeld(event) {
  const submits = event.target instanceof HTMLInputElement && event.target.form !== null;
  if (event.repeat && event.key === 'Enter' && (submits || actsOnce(event.target))) event.preventDefault();
}
