import { createEmitter } from '../emitter.js';
import { GARMENTS } from '../subject.js';

/**
 * What the theatre shows and has shown: what the model said of the watched images at the end of each epoch and says
 * now, and the curves of this run and of those before it in this tab. The one owner of where the user looks.
 *
 * @typedef {import('../keep/facts.js').EpochLogs} EpochLogs
 * @typedef {import('../watching.js').Look} Look
 * @typedef {import('../watching.js').Point} Point
 * @typedef {{ id: number, pixels: Uint8Array, subject: import('../subject.js').Subject, name: string }} Picture
 * @typedef {{ number: number, epochs: EpochLogs[], trace: Point[], planned: number, accuracy: number | null }} Run
 *   `number`: from 1 on; `planned`: epochs; `accuracy`: on the test images, null as long as it is not known
 *
 * @typedef {object} RecordEvents
 * @property {void} curves a run was added, or another is laid under this one
 * @property {void} pointed the user looks at another epoch
 * @property {void} shown another look is to be shown
 */

const MOST_RUNS = 9; // that can be compared with

/**
 * @param {import('../trainer.js').Trainer} trainer
 * @param {() => number} planned epochs, of a run that has not begun
 */
export function createRecording(trainer, planned) {
  /** @type {import('../emitter.js').Emitter<RecordEvents>} */
  const { on, emit } = createEmitter();
  /** @type {Run[]} */
  let before = [];
  /** @type {Run} */
  let run = { number: 1, epochs: trainer.history, trace: trainer.trace, planned: planned(), accuracy: null };
  /** @type {Run | null} */
  let beneath = null;
  /** Of the end of each epoch. @type {Map<number, Look>} */
  const looks = new Map();
  /** @type {Look | null} */
  let latest = null;
  /** The epoch that the user looks at, from 0 on. @type {number | null} */
  let pointed = null;
  /** The pictures that were watched, by number: an earlier look shows its own. @type {Map<number, Picture>} */
  const pictures = new Map();

  const last = () => run.epochs.at(-1)?.epoch ?? -1;

  /** @param {number | null} epoch */
  function point(epoch) {
    const next =
      epoch === null || run.epochs.length === 0 ? null : Math.min(Math.max(run.epochs[0].epoch, epoch), last());
    if (next === pointed) return;
    pointed = next;
    emit('pointed');
    emit('shown');
  }

  trainer.on('reset', ({ epochs }) => {
    if (run.epochs.length > 0) {
      before = [...before, run].slice(-MOST_RUNS);
      beneath = run;
    }
    run = {
      number: run.number + Number(run.epochs.length > 0),
      epochs: trainer.history,
      trace: trainer.trace,
      planned: epochs,
      accuracy: null,
    };
    looks.clear();
    latest = pointed = null;
    emit('curves');
    emit('pointed');
    emit('shown');
  });
  trainer.on('epoch', () => {
    run.epochs = trainer.history;
    run.planned = Math.max(run.planned, last() + 1);
  });
  trainer.on('looked', (look) => {
    if (look.whole) looks.set(look.epoch, look);
    latest = look;
    if (pointed === null) emit('shown');
  });
  trainer.on('evaluation', ({ test }) => {
    if (!test || test.accuracy === run.accuracy) return;
    run.accuracy = Number.isFinite(test.loss) ? test.accuracy : null;
    emit('curves');
  });

  return {
    on,
    point,
    /** @param {number} steps from the epoch that is shown */
    step: (steps) => point((pointed ?? last()) + steps),
    /** @param {Omit<Picture, 'id'>} picture @returns {Picture} */
    addPicture(picture) {
      const added = { ...picture, id: pictures.size + 1 };
      pictures.set(added.id, added);
      return added;
    },
    /** @param {number} number of a run, 0 for none */
    layBeneath(number) {
      beneath = before.find((each) => each.number === number) ?? null;
      emit('curves');
    },
    /** @param {number} epochs of a run that has not begun */
    plan(epochs) {
      run.planned = Math.max(epochs, last() + 1);
      emit('curves');
    },
    pictureOf: (/** @type {Look} */ { picture }) => pictures.get(picture) ?? null,
    get run() {
      return run;
    },
    get before() {
      return before;
    },
    get beneath() {
      return beneath;
    },
    get pointed() {
      return pointed;
    },
    /** What the model said in the epoch that is pointed at, or says now. */
    get look() {
      return pointed === null ? latest : (looks.get(pointed) ?? null);
    },
  };
}

/** @typedef {ReturnType<typeof createRecording>} Recording */

/** The loss of a network that has learnt nothing, and a little air. @param {readonly string[]} classNames */
export const mostLoss = (classNames = GARMENTS.classNames) => Math.max(1, 1.1 * Math.log(classNames.length));
