/**
 * The first bytes of a file, one character per byte. No TextDecoder does that: what browsers call latin1 is
 * windows-1252, which has other characters from 80 to 9f.
 * @param {Blob} file @param {number} length bytes
 */
export async function headOf(file, length) {
  return String.fromCharCode(...new Uint8Array(await file.slice(0, length).arrayBuffer()));
}
