import { test } from 'node:test';
import { callbacks, layers } from '../../shim/index.js';
import { refused, wrong } from './support.js';

/**
 * The message of each shared check of arguments, in full. Other tests check only that the option is named, through
 * refusedEach.
 */

const MESSAGES = /** @type {const} */ ({
  'no options at all': [() => layers.dense(wrong(10)), 'dense takes an object of options, got 10'],
  'an option that is not there': [
    () => layers.dropout(wrong({ rate: 0.5, units: 3 })),
    "dropout has no option 'units'; it takes inputShape, name, trainable, rate, seed",
  ],
  'an integer': [() => layers.dense({ units: 65537 }), 'dense: units must be an integer 1..65536, got 65537'],
  'a number': [
    () => layers.batchNormalization({ epsilon: 0 }),
    'batch_normalization: epsilon must be a number 1e-12..1, got 0',
  ],
  'a number below a limit': [() => layers.dropout({ rate: 1 }), 'dropout: rate must be below 1, got 1'],
  'one of several': [
    () => layers.maxPooling2d({ padding: wrong('full') }),
    'max_pooling2d: padding must be one of valid, same, got "full"',
  ],
  'a switch': [() => layers.dense(wrong({ units: 4, useBias: 1 })), 'dense: useBias must be true or false, got 1'],
  'a function': [() => callbacks.csvLogger({ write: wrong('x') }), 'csvLogger: write must be a function, got "x"'],
  'a string': [() => callbacks.csvLogger({ separator: wrong(1) }), 'csvLogger: separator must be a string, got 1'],
});

for (const [kind, [act, message]] of Object.entries(MESSAGES))
  test(`what is refused is named, with what would do: ${kind}`, () => refused(act, message));
