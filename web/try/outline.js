/** The picture that was given, with the garment's outline and the box drawn over it. */

/** @typedef {import('./album.js').Found} Found */

/**
 * The border between mask and no mask, as one path of pixel edges.
 * @param {Found} found
 * @param {number} scaleX
 * @param {number} scaleY
 */
function borderOf({ mask, maskWidth, maskHeight }, scaleX, scaleY) {
  const path = new Path2D();
  const inside = (/** @type {number} */ x, /** @type {number} */ y) =>
    x >= 0 && y >= 0 && x < maskWidth && y < maskHeight && mask[y * maskWidth + x] > 0;
  for (let y = 0; y <= maskHeight; y++) {
    for (let x = 0; x <= maskWidth; x++) {
      const here = inside(x, y);
      if (here !== inside(x - 1, y)) {
        path.moveTo(x * scaleX, y * scaleY);
        path.lineTo(x * scaleX, (y + 1) * scaleY);
      }
      if (here !== inside(x, y - 1)) {
        path.moveTo(x * scaleX, y * scaleY);
        path.lineTo((x + 1) * scaleX, y * scaleY);
      }
    }
  }
  return path;
}

/**
 * A line that stands out from every ground.
 * @param {CanvasRenderingContext2D} context
 * @param {Path2D} path
 * @param {number} width pixels
 * @param {string} colour
 */
function strokeTwice(context, path, width, colour) {
  context.lineCap = 'square';
  context.strokeStyle = '#1f1c18';
  context.lineWidth = width * 2.2;
  context.stroke(path);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke(path);
}

/**
 * @param {HTMLCanvasElement} canvas takes the preview's size
 * @param {Found} found
 * @param {import('./album.js').Box} box
 */
export function drawFound(canvas, found, box) {
  const { preview } = found;
  const { width, height } = preview;
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.drawImage(preview, 0, 0);
  const line = Math.max(1, Math.max(width, height) / 320);
  if (found.kind !== 'ready' && found.maskWidth > 0)
    strokeTwice(context, borderOf(found, width / found.maskWidth, height / found.maskHeight), line, '#f2c230');
  const frame = new Path2D();
  frame.rect(box.left * width, box.top * height, (box.right - box.left) * width, (box.bottom - box.top) * height);
  context.setLineDash([line * 4, line * 3]);
  strokeTwice(context, frame, line, '#faf7f2');
}
