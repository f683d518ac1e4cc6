/** Two random numbers: a name that no other tab gives. */
export const randomName = () => crypto.getRandomValues(new Uint32Array(2)).join('-');

/** An id for what is saved. */
export const newId = () => `${Date.now()}-${randomName()}`;
