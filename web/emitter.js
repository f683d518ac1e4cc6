/** Named listeners. */
export function createEmitter() {
  /** @type {Map<string, Set<(value: any) => void>>} */
  const listeners = new Map();
  return {
    /** @param {string} name @param {(value: any) => void} listener */
    on(name, listener) {
      const known = listeners.get(name) ?? new Set();
      listeners.set(name, known.add(listener));
    },
    /** @param {string} name @param {any} [value] */
    emit(name, value) {
      for (const listener of listeners.get(name) ?? []) listener(value);
    },
  };
}
