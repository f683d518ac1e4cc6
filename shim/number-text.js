/**
 * A number as tables and log lines show it. Those that are not finite are spelt as Python does, which its csv and
 * pandas,
 * and so what reads Keras's files, take for numbers.
 * @param {number} value
 * @param {(value: number) => string} [finite] how the others are written
 */
export function numberText(value, finite = String) {
  if (Number.isFinite(value)) return finite(value);
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}
