/**
 * A number as tables and log lines show it. Numbers that are not finite are spelt as in Python, so that its csv module,
 * pandas and other readers of Keras's files parse them.
 * @param {number} value
 * @param {(value: number) => string} [finite] formats finite numbers
 */
export function numberText(value, finite = String) {
  if (Number.isFinite(value)) return finite(value);
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}
