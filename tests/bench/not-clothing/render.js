/** Takes a picture of solids by marching along rays. */
import { blank, blur, within } from './canvas.js';

/**
 * @typedef {import('./canvas.js').Colour} Colour
 * @typedef {import('./solid.js').Vector} Vector
 * @typedef {import('./solid.js').Part} Part
 *
 * @typedef {object} Plane without an end, at right angles to an axis
 * @property {0 | 1 | 2} axis
 * @property {number} at
 * @property {import('./solid.js').Paint} paint
 * @property {number} [shine]
 * @property {number} [mirror]
 *
 * @typedef {object} Scene
 * @property {Part[]} parts
 * @property {Plane[]} [planes]
 * @property {(x: number, y: number, z: number) => Colour} sky in a direction
 * @property {Vector} light where it comes from
 * @property {Colour} [sun] colour of the light
 * @property {Colour} [ambient] light from everywhere
 * @property {number} [soft] of shadows: 4 very soft … 40 hard
 * @property {Vector} eye
 * @property {Vector} target
 * @property {number} [zoom] focal length, in halves of the longer edge
 * @property {number} [fog] share that is lost on a unit of way
 * @property {number} [focus] blur of what is far from the target, pixels
 */

/** @typedef {{ t: number, part: Part | Plane | null, axis: number }} Hit */

const RAYS = 150_000; // of a picture
const FAR = 400;

/** @param {Vector} vector @returns {Vector} */
export function unit([x, y, z]) {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}

/** @param {Part[]} parts @param {Vector} from @param {Vector} way @param {number} margin */
function onTheWay(parts, [ox, oy, oz], [dx, dy, dz], margin) {
  return parts.filter(({ bound: [x, y, z, radius] }) => {
    const [u, v, w] = [x - ox, y - oy, z - oz];
    const along = u * dx + v * dy + w * dz;
    const reach = radius * (1 + margin);
    return along > -reach && u * u + v * v + w * w - along * along < reach * reach;
  });
}

/** @param {Part} part @param {number} x @param {number} y @param {number} z */
function distanceTo({ bound, distance }, x, y, z) {
  const out = Math.sqrt((x - bound[0]) ** 2 + (y - bound[1]) ** 2 + (z - bound[2]) ** 2) - bound[3];
  return out > 0.15 * bound[3] ? out : distance(x, y, z);
}

/** @param {Scene} scene @param {Vector} from @param {Vector} way @returns {Hit} */
function cast({ parts, planes = [] }, from, way) {
  /** @type {Hit} */
  const hit = { t: FAR, part: null, axis: -1 };
  for (const plane of planes) {
    const t = (plane.at - from[plane.axis]) / way[plane.axis];
    if (t > 1e-3 && t < hit.t) Object.assign(hit, { t, part: plane, axis: plane.axis });
  }
  const some = onTheWay(parts, from, way, 0);
  if (some.length === 0) return hit;
  let t = 0.002;
  for (let i = 0; i < 110 && t < hit.t; i++) {
    let [nearest, which] = [Infinity, some[0]];
    for (const part of some) {
      const d = distanceTo(part, from[0] + t * way[0], from[1] + t * way[1], from[2] + t * way[2]);
      if (d < nearest) [nearest, which] = [d, part];
    }
    if (nearest < 0.0008 * t + 1e-5) return { t, part: which, axis: -1 };
    t += nearest * 0.92;
  }
  return hit;
}

/**
 * Share of the light that arrives.
 * @param {Part[]} parts
 * @param {Vector} from
 * @param {Vector} way
 * @param {number} soft
 */
function lightAt(parts, from, way, soft) {
  const some = onTheWay(parts, from, way, 3 / soft);
  let [t, share] = [0.012, 1];
  for (let i = 0; some.length > 0 && i < 40 && t < 30; i++) {
    let nearest = Infinity;
    for (const part of some)
      nearest = Math.min(nearest, distanceTo(part, from[0] + t * way[0], from[1] + t * way[1], from[2] + t * way[2]));
    share = Math.min(share, (soft * nearest) / t);
    if (share < 0.01) return 0;
    t += within(nearest, 0.01, 2);
  }
  return share;
}

/** @param {Part} part @param {Vector} point @returns {Vector} */
function normalOf({ distance, bound }, [x, y, z]) {
  const e = 0.0015 * bound[3] + 1e-4;
  const d = distance(x, y, z);
  return unit([distance(x + e, y, z) - d, distance(x, y + e, z) - d, distance(x, y, z + e) - d]);
}

/**
 * @param {Scene} scene
 * @param {Vector} from
 * @param {Vector} way
 * @param {number} depth
 * @returns {{ colour: Colour, t: number }} linear
 */
function look(scene, from, way, depth) {
  const { parts, light, sky, sun = [1.1, 1.05, 0.95], ambient = [0.42, 0.45, 0.5], soft = 9, fog = 0 } = scene;
  const { t, part, axis } = cast(scene, from, way);
  const linear = (/** @type {Colour} */ colour) => /** @type {Colour} */ (colour.map((c) => Math.max(0, c) ** 2.2));
  if (!part) return { colour: linear(sky(...way)), t };
  const point = /** @type {Vector} */ (from.map((value, i) => value + t * way[i]));
  const normal = axis < 0 ? normalOf(/** @type {Part} */ (part), point) : /** @type {Vector} */ ([0, 0, 0]);
  if (axis >= 0) normal[axis] = -Math.sign(way[axis]);
  const off = /** @type {Vector} */ (point.map((value, i) => value + 0.004 * normal[i]));
  const facing = normal[0] * light[0] + normal[1] * light[1] + normal[2] * light[2];
  const lit = facing > 0 ? facing * lightAt(parts, off, light, soft) : 0;
  let open = 1; // to light from everywhere
  for (const reach of [0.05, 0.18])
    for (const other of parts) {
      const d = distanceTo(
        other,
        point[0] + reach * normal[0],
        point[1] + reach * normal[1],
        point[2] + reach * normal[2],
      );
      if (d < reach) open *= 1 - (0.55 * (reach - Math.max(d, 0))) / reach / 2;
    }
  const base = linear(part.paint(...point));
  const inward = -(normal[0] * way[0] + normal[1] * way[1] + normal[2] * way[2]);
  const mirrored = unit(/** @type {Vector} */ (way.map((value, i) => value + 2 * inward * normal[i])));
  const gloss = Math.max(0, mirrored[0] * light[0] + mirrored[1] * light[1] + mirrored[2] * light[2]) ** 40;
  const { shine = 0, mirror = 0 } = part;
  const fresnel = Math.min(1, mirror + (shine + mirror) * (1 - Math.max(inward, 0)) ** 4);
  const seen =
    fresnel < 0.02 ? base : depth > 0 ? look(scene, off, mirrored, depth - 1).colour : linear(sky(...mirrored));
  const upper = 0.65 + 0.35 * normal[1];
  const lost = 1 - Math.exp(-fog * t);
  const haze = lost > 0 ? linear(sky(way[0], 0.02, way[2])) : base;
  const colour = /** @type {Colour} */ (
    base.map((own, i) => {
      const shaded =
        own * (sun[i] * lit + ambient[i] * open * upper) +
        shine * 0.9 * gloss * (lit > 0 ? 1 : 0) * Math.min(1, lit * 3);
      return (shaded * (1 - fresnel) + seen[i] * fresnel) * (1 - lost) + haze[i] * lost;
    })
  );
  return { colour, t };
}

/** @param {import('./canvas.js').Context} context @param {Scene} scene */
export function render(context, scene) {
  const { width, height } = context.canvas;
  const scale = Math.min(1, Math.sqrt(RAYS / (width * height)));
  const small = blank(width * scale, height * scale);
  const { width: columns, height: rows } = small.canvas;
  const image = small.createImageData(columns, rows);
  const near = new Uint8ClampedArray(columns * rows);
  const { eye, target, zoom = 2 } = scene;
  const ahead = unit(/** @type {Vector} */ (target.map((value, i) => value - eye[i])));
  const right = unit([-ahead[2], 0, ahead[0]]);
  const up = [
    right[1] * ahead[2] - right[2] * ahead[1],
    right[2] * ahead[0] - right[0] * ahead[2],
    right[0] * ahead[1] - right[1] * ahead[0],
  ];
  const away = Math.hypot(...target.map((value, i) => value - eye[i]));
  const half = Math.max(columns, rows) / 2;
  const lit = { ...scene, light: unit(scene.light) };
  for (let y = 0, at = 0; y < rows; y++)
    for (let x = 0; x < columns; x++, at += 4) {
      const [u, v] = [(x + 0.5 - columns / 2) / half / zoom, (rows / 2 - y - 0.5) / half / zoom];
      const way = unit(/** @type {Vector} */ (ahead.map((value, i) => value + u * right[i] + v * up[i])));
      const { colour, t } = look(lit, eye, way, 1);
      for (let c = 0; c < 3; c++) image.data[at + c] = 255 * toned(colour[c]);
      image.data[at + 3] = 255;
      near[at / 4] = 255 * within(2 - Math.abs(t / away - 1) * 4);
    }
  small.putImageData(image, 0, 0);
  context.imageSmoothingQuality = 'high';
  context.drawImage(small.canvas, 0, 0, width, height);
  if (!scene.focus) return;
  blur(context, scene.focus);
  for (let i = 0; i < near.length; i++) image.data[4 * i + 3] = near[i];
  small.putImageData(image, 0, 0);
  context.drawImage(small.canvas, 0, 0, width, height);
}

/** Of linear light, as a camera shows it: bright parts are compressed. @param {number} value */
const toned = (value) => (value < 0.6 ? value : 0.6 + 0.4 * (1 - Math.exp((0.6 - value) / 0.4))) ** (1 / 2.2);
