/** The API under the name that it has in the page's console. */
export * as fittingRoom from 'fitting-room';
