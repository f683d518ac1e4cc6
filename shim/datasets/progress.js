/**
 * @typedef {'download' | 'verify' | 'decompress' | 'generate'} Phase
 * @typedef {object} Progress
 * @property {Phase} phase the least advanced that any of the files is in
 * @property {string} file the file that moved
 * @property {number} loaded bytes of the files, as published, that this phase is done with ('generate': pictures)
 * @property {number} total
 * @typedef {(progress: Progress) => void} OnProgress
 */

/** @type {Phase[]} */
const PHASES = ['download', 'verify', 'decompress'];

/**
 * Follows several files through download, verification and decompression and tells of them as one.
 * Within a phase `loaded` never falls, even where a file has to be fetched a second time.
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
   * @param {number} done bytes of this file that the phase is done with
   */
  return (file, phase, done) => {
    const state = /** @type {NonNullable<ReturnType<typeof states.get>>} */ (states.get(file));
    state.phase = PHASES.indexOf(phase);
    state.done[state.phase] = Math.max(state.done[state.phase], Math.min(done, state.bytes));
    tell(file);
  };
}
