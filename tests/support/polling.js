import { setTimeout as wait } from 'node:timers/promises';

/**
 * Calls `attempt` until it returns something truthy.
 * @template T
 * @param {() => Promise<T>} attempt
 * @param {string} what named in the error after `timeout` milliseconds
 * @param {number} [timeout]
 * @returns {Promise<T>}
 */
export async function poll(attempt, what, timeout = 30_000) {
  const end = Date.now() + timeout;
  for (;;) {
    const result = await attempt();
    if (result) return result;
    if (Date.now() > end) throw new Error(`waited ${timeout} ms in vain for: ${what}`);
    await wait(50);
  }
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {string} what
 * @param {number} [timeout]
 * @returns {Promise<T>}
 */
export async function within(promise, what, timeout = 30_000) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${timeout} ms`)), timeout);
  });
  try {
    return await Promise.race([promise, /** @type {Promise<never>} */ (late)]);
  } finally {
    clearTimeout(timer);
  }
}
