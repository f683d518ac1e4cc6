/* Transfer learning: loaded when it is asked for. */

/** @typedef {typeof import('./transfer.js')} Transfer */

const loading = () => import('./transfer.js');

/**
 * A model that begins with a trained one's layers: see transfer.js.
 * @type {Transfer['transfer']}
 */
export const transfer = async (base, options) => (await loading()).transfer(base, options);

/** @param {Parameters<Transfer['classMeans']>} given */
const classMeans = async (...given) => (await loading()).classMeans(...given);

/** @param {Parameters<Transfer['nearestMean']>} given */
const nearestMean = async (...given) => (await loading()).nearestMean(...given);

/** @param {Parameters<Transfer['logistic']>} given */
const logistic = async (...given) => (await loading()).logistic(...given);

/** @param {Parameters<Transfer['confidenceThreshold']>} given */
const confidenceThreshold = async (...given) => (await loading()).confidenceThreshold(...given);

/** Heads for the features that a trained model gives, and when their answers count: see transfer.js. */
export const heads = { classMeans, nearestMean, logistic, confidenceThreshold };
