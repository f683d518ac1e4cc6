/** @typedef {Record<string, number>} Logs such as { loss, acc, val_loss, val_acc } */
/** @typedef {(text: string, options: { replace: boolean, final: boolean }) => void} Log */

/** @param {Record<string, number[]>} history the figures of each epoch so far @param {Logs} logs those of the next */
export function appendLogs(history, logs) {
  for (const [name, value] of Object.entries(logs)) {
    if (!Object.hasOwn(history, name)) history[name] = [];
    history[name].push(value);
  }
}
