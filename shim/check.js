/** The error that this library throws: the message says what is wrong and what is right; `code` is for programs. */
export class FittingRoomError extends Error {
  /**
   * @param {string} message
   * @param {'invalid-argument' | 'bad-data' | 'wrong-state' | 'out-of-memory' | 'unsupported' | 'network'} [code]
   * @param {{ cause?: unknown }} [options]
   */
  constructor(message, code = 'invalid-argument', options) {
    super(message, options);
    this.name = 'FittingRoomError';
    /** What kind of error it is, for programs. */
    this.code = code;
  }
}

/* Limits on quoted values in messages. */
const LONGEST_MESSAGE = 400; // characters
const LONGEST_TEXT = 100;
const MOST_ITEMS = 20;

/** @param {string} text @param {number} [most] characters */
export const clipped = (text, most = LONGEST_MESSAGE) => (text.length > most ? `${text.slice(0, most)}…` : text);

/**
 * @param {string} whose the owner of the memory, as messages call it
 * @param {number} bytes how many were requested
 * @param {unknown} [cause]
 */
export const outOfMemory = (whose, bytes, cause) =>
  new FittingRoomError(
    `out of memory: ${whose} could not allocate ${bytes} bytes; use fewer samples, smaller batches or a smaller model`,
    'out-of-memory',
    { cause },
  );

/**
 * A module that needs a package of npm.
 * @template T
 * @param {string} what it is, in messages
 * @param {Promise<T>} loading
 * @returns {Promise<T>}
 */
export const withPackages = (what, loading) =>
  loading.catch((cause) => {
    throw new FittingRoomError(
      `${what} could not be loaded (${cause?.message}); without a bundler, a page needs an import map with pbf, ` +
        'fflate, h5wasm and papaparse',
      'network',
      { cause },
    );
  });

/**
 * A value as messages show it: `"abc"`, `[1, 2]`, `undefined`; shortened if long.
 * @param {unknown} value
 * @returns {string}
 */
export function show(value) {
  if (typeof value === 'string') return JSON.stringify(clipped(value, LONGEST_TEXT));
  if (Array.isArray(value))
    return `[${value.slice(0, MOST_ITEMS).map(show).join(', ')}${value.length > MOST_ITEMS ? ', …' : ''}]`;
  if (typeof value === 'object' && value !== null) {
    const name = value.constructor?.name; // may be anything if the value came from JSON
    return typeof name === 'string' ? name : 'object';
  }
  return String(value);
}

/**
 * @param {string} name the argument's name in messages
 * @param {unknown} value
 * @param {number} low
 * @param {number} high
 * @returns {number}
 */
export function checkInteger(name, value, low, high) {
  if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high) return value;
  throw new FittingRoomError(`${name} must be an integer ${low}..${high}, got ${show(value)}`);
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {number} low
 * @param {number} high
 * @returns {number}
 */
export function checkNumber(name, value, low, high) {
  if (typeof value === 'number' && value >= low && value <= high) return value;
  throw new FittingRoomError(`${name} must be a number ${low}..${high}, got ${show(value)}`);
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {number} low
 * @param {number} high exclusive
 * @returns {number}
 */
export function checkBelow(name, value, low, high) {
  if (checkNumber(name, value, low, high) < high) return /** @type {number} */ (value);
  throw new FittingRoomError(`${name} must be below ${high}, got ${show(value)}`);
}

/**
 * @param {string} name
 * @param {unknown} value
 * @returns {boolean}
 */
export function checkBoolean(name, value) {
  if (typeof value === 'boolean') return value;
  throw new FittingRoomError(`${name} must be true or false, got ${show(value)}`);
}

/**
 * @param {string} name
 * @param {unknown} value undefined if left out
 */
export function checkFunction(name, value) {
  if (value === undefined || typeof value === 'function') return;
  throw new FittingRoomError(`${name} must be a function, got ${show(value)}`);
}

/**
 * @param {string} name
 * @param {unknown} value undefined if left out
 */
export function checkSignal(name, value) {
  if (value === undefined || value instanceof AbortSignal) return;
  throw new FittingRoomError(`${name} must be an AbortSignal, got ${show(value)}`);
}

/**
 * @template {string} T
 * @param {string} name
 * @param {unknown} value
 * @param {readonly T[]} choices
 * @returns {T}
 */
export function checkChoice(name, value, choices) {
  if (choices.includes(/** @type {T} */ (value))) return /** @type {T} */ (value);
  throw new FittingRoomError(`${name} must be one of ${choices.join(', ')}, got ${show(value)}`);
}

/**
 * Refuses misspelt options, which would otherwise be ignored silently.
 * @param {string} name
 * @param {object} options
 * @param {readonly string[]} known
 */
export function checkOptions(name, options, known) {
  if (typeof options !== 'object' || options === null) {
    throw new FittingRoomError(`${name} takes an object of options, got ${show(options)}`);
  }
  for (const option of Object.keys(options)) {
    if (!known.includes(option)) {
      throw new FittingRoomError(`${name} has no option '${option}'; it takes ${known.join(', ')}`);
    }
  }
}

/**
 * The values that a check accepts, for user interfaces that offer the option.
 * @typedef {{ choices?: readonly string[], low?: number, high?: number, isWhole?: boolean, isFlag?: boolean }} Accepted
 */
/** Returns an option's value as it is used, or throws. @typedef {(name: string, value: unknown) => unknown} Checking */
/** @typedef {Checking & Accepted} Check */
/**
 * An option: its check, and its default.
 * @typedef {{ check: Check, initial?: unknown, required?: boolean, isOptional?: boolean }} Field initial: the default,
 *   or a function of the options that returns it; isOptional: may be undefined
 */

/** @param {Check} check @param {unknown} initial @returns {Field} an option whose default is `initial` */
export const field = (check, initial) => ({ check, initial });

/** @param {Check} check @returns {Field} an option that must be given */
export const required = (check) => ({ check, required: true });

/** @param {Check} check @returns {Field} an option that stays undefined if left out */
export const optional = (check) => ({ check, isOptional: true });

/**
 * Checks options and fills in the defaults.
 * @param {string} what their owner in messages
 * @param {any} options
 * @param {Record<string, Field>} fields
 * @param {string[]} [others] further options that are allowed, but not checked here
 * @returns {any}
 */
export function checkFields(what, options, fields, others = []) {
  checkOptions(what, options, [...others, ...Object.keys(fields)]);
  /** @type {Record<string, unknown>} */
  const checked = {};
  for (const [option, { check, initial, isOptional }] of Object.entries(fields)) {
    const given = options[option];
    const value = given !== undefined ? given : typeof initial === 'function' ? initial(options) : initial;
    if (value === undefined && isOptional) continue;
    const result = check(option === what ? what : `${what}: ${option}`, value);
    if (result !== undefined) checked[option] = result;
  }
  return checked;
}

/** @param {string} what @param {unknown} [seed] default: random @returns {number} */
export const seedOf = (what, seed = Math.floor(Math.random() * 2 ** 32)) =>
  checkInteger(`${what}: seed`, seed, 0, Number.MAX_SAFE_INTEGER);

/** @param {readonly string[]} choices @returns {Check} */
export const choice = (choices) =>
  Object.assign(/** @type {Checking} */ ((name, value) => checkChoice(name, value, choices)), { choices });

/** @param {number} low @param {number} high @returns {Check} */
export const within = (low, high) =>
  Object.assign(/** @type {Checking} */ ((name, value) => checkNumber(name, value, low, high)), { low, high });

/** @param {number} low @param {number} high exclusive @returns {Check} */
export const below = (low, high) => (name, value) => checkBelow(name, value, low, high);

/** @param {number} low @param {number} high @returns {Check} */
export const whole = (low, high) =>
  Object.assign(/** @type {Checking} */ ((name, value) => checkInteger(name, value, low, high)), {
    low,
    high,
    isWhole: true,
  });

/** @type {Check} */
export const flag = Object.assign(/** @type {Checking} */ ((name, value) => checkBoolean(name, value)), {
  isFlag: true,
});

/** An option that is checked elsewhere. @type {Field} */
export const unchecked = { check: (_, value) => value };

/** @type {Field} */
export const callable = {
  check(name, value) {
    checkFunction(name, value);
    return value;
  },
};

/** A learning rate. */
export const rate = within(0, 1e6);
