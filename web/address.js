/**
 * The page's address, which changes with the settings. WebKit throws after 100 changes in 30 s, so a change may have to
 * wait; it writes the settings as they are by then.
 */

const BURST = 40; // changes that may follow each other at once
const REFILL = 1000; // ms until one more may

/** @param {() => string} current the address as it should be */
export function createAddress(current) {
  let left = BURST;
  let last = Date.now();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let later;

  function write() {
    clearTimeout(later);
    later = undefined;
    const wanted = current();
    if (wanted === location.pathname + location.search + location.hash) return;
    left--;
    try {
      history.replaceState(null, '', wanted);
    } catch {
      later = setTimeout(write, REFILL); // a browser with another limit
    }
  }

  /** Writes it now, or as soon as that is allowed. */
  function update() {
    const now = Date.now();
    const gained = Math.max(0, Math.floor((now - last) / REFILL)); // clocks are set back
    left = Math.min(BURST, left + gained);
    if (gained > 0 || now < last) last = now;
    if (left > 0) write();
    else later ??= setTimeout(retry, REFILL);
  }

  function retry() {
    later = undefined;
    update();
  }

  return { update };
}
