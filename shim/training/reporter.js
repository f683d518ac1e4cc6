import { now } from './pass.js';
import { epochLine, epochTitle, printLog, progressLine } from './progress-text.js';

/** @import { RunSettings } from './fit-options.js' */
/** @import { Progress } from './pass.js' */
/** @import { Logs } from './progress.js' */

/** The verbose text of one epoch. Loaded if there is to be any. */
export class Reporter {
  #settings;
  #log;
  #epoch;
  #lines = 0;
  #start = now();

  /** @param {RunSettings} settings @param {number} epoch */
  constructor(settings, epoch) {
    this.#settings = settings;
    this.#epoch = epoch;
    this.#log = settings.log ?? printLog;
    if (settings.verbose === 1) this.#log(epochTitle(epoch, settings.epochs), { replace: false, final: true });
  }

  /** @param {Progress} progress @param {boolean} [final] */
  bar({ batch, batches, etaSeconds, logs }, final = false) {
    if (this.#settings.verbose !== 1 || (batch === batches && !final)) return;
    const line = { done: batch, total: batches, seconds: now() - this.#start, etaSeconds, logs, ended: final };
    this.#log(progressLine(line), { replace: this.#lines++ > 0, final });
  }

  /** @param {Progress} last @param {Logs} logs */
  end(last, logs) {
    this.bar({ ...last, logs }, true);
    if (this.#settings.verbose === 2) {
      this.#log(epochLine(this.#epoch, this.#settings.epochs, now() - this.#start, logs), {
        replace: false,
        final: true,
      });
    }
  }
}
