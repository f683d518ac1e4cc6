/**
 * The positions of a window along one side, as TensorFlow documents 'VALID' and 'SAME': with 'same', out = ceil(in /
 * stride), and the padding is split with the odd pixel at the end.
 * @param {number} length of the image's side
 * @param {number} size of the window
 * @param {number} stride
 * @param {string} padding
 */
export function windowAlong(length, size, stride, padding) {
  if (padding === 'valid') return { count: Math.floor((length - size) / stride) + 1, before: 0 };
  const count = Math.ceil(length / stride);
  const total = Math.max((count - 1) * stride + size - length, 0);
  return { count, before: Math.floor(total / 2) };
}

/**
 * Calls `visit` for each position of the window, with the pixels of the image that it covers.
 * @param {[number, number]} sides of the image
 * @param {{ size: [number, number], strides: [number, number], padding: string }} window
 * @param {(row: number, column: number, pixels: { y: number, x: number, ky: number, kx: number }[]) => void} visit
 * @returns {[number, number]} sides of the output
 */
export function eachWindow([height, width], { size, strides, padding }, visit) {
  const down = windowAlong(height, size[0], strides[0], padding);
  const across = windowAlong(width, size[1], strides[1], padding);
  for (let row = 0; row < down.count; row++)
    for (let column = 0; column < across.count; column++) {
      const pixels = [];
      for (let ky = 0; ky < size[0]; ky++)
        for (let kx = 0; kx < size[1]; kx++) {
          const y = row * strides[0] - down.before + ky;
          const x = column * strides[1] - across.before + kx;
          if (y >= 0 && y < height && x >= 0 && x < width) pixels.push({ y, x, ky, kx });
        }
      visit(row, column, pixels);
    }
  return [down.count, across.count];
}

/**
 * @param {number[]} shape [height, width, channels]
 * @param {{ size: [number, number], strides: [number, number], padding: string }} window
 * @returns {[number, number]}
 */
export const outputSides = ([height, width], { size, strides, padding }) => [
  windowAlong(height, size[0], strides[0], padding).count,
  windowAlong(width, size[1], strides[1], padding).count,
];
