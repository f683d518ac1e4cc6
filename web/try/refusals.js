import { count, decimal, megabytes, t } from '../i18n/index.js';

/** Why a file cannot be decoded. */
export const UNDECODED = [
  'empty-file',
  'heic',
  'svg',
  'not-a-picture',
  'too-large',
  'too-many-bytes',
  'too-slow',
  'unreadable',
];
const REASONS = [...UNDECODED, 'bad-data', 'no-numbers', 'worker-died'];

/** How the numbers of a refusal are written. @type {Record<string, (value: number) => string>} */
const WRITTEN = {
  width: count,
  height: count,
  edge: count,
  megapixels: (value) => decimal(value, 1),
  bytes: megabytes,
  most: megabytes,
};

/** Why a file has no answer. @param {import('./album.js').Item} item */
export function refusalText({ file: { name }, reason, values }) {
  if (!REASONS.includes(reason)) return t('refused.other', { name, reason });
  const written = Object.entries(values).map(([key, value]) => [key, WRITTEN[key](value)]);
  return t(`refused.${reason}`, { name, ...Object.fromEntries(written) });
}
