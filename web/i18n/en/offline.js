/** @type {Record<string, string>} */
export const texts = {
  offline: 'Works without a network from now on.',
  'update.ready': 'A new version is ready.',
  'update.loses': 'A new version is ready. What was trained here ends with this one.',
  'update.later': 'A new version is ready, for when this run is done or stopped.',
  'update.use': 'Use it now',
};
