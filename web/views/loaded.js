/** @import { DataState, Session } from '../session.js' */

/**
 * Calls `show` once for each dataset that loads, and for the one that is already loaded.
 * @param {Session} session
 * @param {(data: DataState) => void} show
 */
export function whenLoaded(session, show) {
  let shown = 0; // its version
  const look = () => {
    const { state, version } = session.data;
    if (state !== 'ready' || version === shown) return;
    shown = version;
    show(session.data);
  };
  session.on('data', look);
  look();
}
