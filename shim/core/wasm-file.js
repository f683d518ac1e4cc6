/**
 * A file of this library's own, beside its scripts: in Node, which fetches no files, from the disk.
 * @param {URL} url
 * @returns {Promise<BufferSource>}
 */
export async function fileBytes(url) {
  if (url.protocol === 'file:') {
    const { readFile } = await import(/* @vite-ignore */ 'node:fs/promises');
    return new Uint8Array(await readFile(url));
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return response.arrayBuffer();
}
