/**
 * Named listeners.
 * @template {object} Events the value of each event, by its name
 * @typedef {{ on: <K extends keyof Events>(name: K, listener: (value: Events[K]) => void) => void,
 *   emit: <K extends keyof Events>(name: K, ...value: Events[K] extends void ? [] : [Events[K]]) => void }} Emitter
 */

/** @template {object} Events @returns {Emitter<Events>} */
export function createEmitter() {
  /** @type {Map<keyof Events, Set<(value: never) => void>>} */
  const listeners = new Map();
  return {
    on(name, listener) {
      const known = listeners.get(name) ?? new Set();
      listeners.set(name, known.add(listener));
    },
    emit(name, ...[value]) {
      for (const listener of listeners.get(name) ?? []) listener(/** @type {never} */ (value));
    },
  };
}
