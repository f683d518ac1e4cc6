/** SHA-256 for pages without crypto.subtle, in a module of its own so that it is fetched only there. */
export { sha256 } from '@noble/hashes/sha2.js';
