/** @type {any} */ export const filtersOf = null, layersOf = null, mapsOf = null, occlusionOf = null;
