/** @import { DataState, Session } from '../session.js' */

/**
 * Calls `show` once for each dataset that loads, for the one that is already loaded, and whenever it becomes another.
 * @param {Session} session
 * @param {(data: DataState) => void} show
 */
export function whenLoaded(session, show) {
  let shown = 0; // its version
  let { subject } = session;
  const look = () => {
    const { state, version } = session.data;
    if (state !== 'ready' || (version === shown && subject === session.subject)) return;
    shown = version;
    ({ subject } = session);
    show(session.data);
  };
  session.on('data', look);
  look();
}
