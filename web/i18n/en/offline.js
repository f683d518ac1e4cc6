/** @type {Record<string, string>} */
export const texts = {
  offline: 'Ready to work offline.',
  'update.ready': 'A new version is ready.',
  'update.loses': 'A new version is ready. Switching reloads the page and ends the run in this tab.',
  'update.later': 'A new version is ready. You can switch when this run has finished or been stopped.',
  'update.use': 'Switch now',
};
