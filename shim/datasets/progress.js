/**
 * @typedef {'download' | 'verify' | 'decompress' | 'generate'} Phase
 * @typedef {object} Progress
 * @property {Phase} phase the earliest phase that any of the files is in
 * @property {string} file the file that made progress
 * @property {number} loaded bytes of the published files that have passed this phase ('generate': images)
 * @property {number} total
 * @typedef {(progress: Progress) => void} OnProgress
 */

/** @type {Phase[]} */
const PHASES = ['download', 'verify', 'decompress'];

/**
 * Follows several files through download, verification and decompression, and reports them as one. Within a phase,
 * `loaded` never decreases, even if a file has to be downloaded again.
 * @param {{ name: string, bytes: number }[]} files
 * @param {OnProgress} onProgress
 * @param {Phase} [first]
 */
export function followFiles(files, onProgress, first = 'download') {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const start = PHASES.indexOf(first);
  const states = new Map(files.map(({ name, bytes }) => [name, { bytes, phase: start, done: PHASES.map(() => 0) }]));

  /** @param {string} file */
  function tell(file) {
    const all = [...states.values()];
    const phase = Math.min(...all.map((state) => state.phase));
    const loaded = all.reduce((sum, state) => sum + (state.phase > phase ? state.bytes : state.done[phase]), 0);
    onProgress({ phase: PHASES[phase], file, loaded, total });
  }

  /**
   * @param {string} file
   * @param {Phase} phase
   * @param {number} done bytes of this file that have passed the phase
   */
  return (file, phase, done) => {
    const state = /** @type {NonNullable<ReturnType<typeof states.get>>} */ (states.get(file));
    state.phase = PHASES.indexOf(phase);
    state.done[state.phase] = Math.max(state.done[state.phase], Math.min(done, state.bytes));
    tell(file);
  };
}
