/**
 * Solids, as distances to their surfaces. Lengths are in any unit, y points up. Every solid knows a sphere around it.
 *
 * @typedef {import('./canvas.js').Colour} Colour
 * @typedef {[x: number, y: number, z: number]} Vector
 * @typedef {(x: number, y: number, z: number) => number} Distance
 * @typedef {{ distance: Distance, bound: [x: number, y: number, z: number, radius: number] }} Solid
 * @typedef {(x: number, y: number, z: number) => Colour} Paint
 * @typedef {(random: import('./canvas.js').Random) => Part[]} Make something around the origin
 * @typedef {Solid & { paint: Paint, shine: number, mirror: number }} Part a solid of some material
 * @typedef {{ at?: Vector, yaw?: number, pitch?: number, roll?: number, scale?: number }} Place angles in radians
 */

/** @param {Vector} centre @param {number} radius @returns {Solid} */
export const sphere = ([cx, cy, cz], radius) => ({
  distance: (x, y, z) => Math.sqrt((x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2) - radius,
  bound: [cx, cy, cz, radius],
});

/** @param {Vector} centre @param {Vector} radii @returns {Solid} */
export const ellipsoid = ([cx, cy, cz], [a, b, c]) => ({
  distance: (x, y, z) => {
    const [u, v, w] = [(x - cx) / a, (y - cy) / b, (z - cz) / c];
    const near = Math.sqrt(u * u + v * v + w * w);
    return (near * (near - 1)) / (Math.sqrt((u / a) ** 2 + (v / b) ** 2 + (w / c) ** 2) || 1 / Math.min(a, b, c));
  },
  bound: [cx, cy, cz, Math.max(a, b, c)],
});

/** @param {Vector} centre @param {Vector} half edges @param {number} [round] @returns {Solid} */
export const box = ([cx, cy, cz], [a, b, c], round = 0.02) => ({
  distance: (x, y, z) => {
    const [u, v, w] = [Math.abs(x - cx) - a + round, Math.abs(y - cy) - b + round, Math.abs(z - cz) - c + round];
    const out = Math.sqrt(Math.max(u, 0) ** 2 + Math.max(v, 0) ** 2 + Math.max(w, 0) ** 2);
    return out + Math.min(Math.max(u, v, w), 0) - round;
  },
  bound: [cx, cy, cz, Math.hypot(a, b, c)],
});

/**
 * From one point to another.
 * @param {Vector} from
 * @param {Vector} to
 * @param {number} start radius
 * @param {number} end
 */
export function capsule([ax, ay, az], [bx, by, bz], start, end = start) {
  const [dx, dy, dz] = [bx - ax, by - ay, bz - az];
  const length2 = dx * dx + dy * dy + dz * dz;
  /** @type {Solid} */
  const solid = {
    distance: (x, y, z) => {
      const [u, v, w] = [x - ax, y - ay, z - az];
      const t = Math.min(1, Math.max(0, (u * dx + v * dy + w * dz) / length2));
      return Math.sqrt((u - t * dx) ** 2 + (v - t * dy) ** 2 + (w - t * dz) ** 2) - start - (end - start) * t;
    },
    bound: [ax + dx / 2, ay + dy / 2, az + dz / 2, Math.sqrt(length2) / 2 + Math.max(start, end)],
  };
  return solid;
}

/** Lies flat. @param {Vector} centre @param {number} radius @param {number} thickness @returns {Solid} */
export const ring = ([cx, cy, cz], radius, thickness) => ({
  distance: (x, y, z) => Math.hypot(Math.sqrt((x - cx) ** 2 + (z - cz) ** 2) - radius, y - cy) - thickness,
  bound: [cx, cy, cz, radius + thickness],
});

/** Distance to a polygon, negative inside. @param {import('./canvas.js').Point[]} points */
export function polygon(points) {
  const edges = points.map(([x, y], i) => {
    const [fromX, fromY] = points[(i + points.length - 1) % points.length];
    return [x, y, fromX, fromY, fromX - x, fromY - y, (fromX - x) ** 2 + (fromY - y) ** 2];
  });
  return (/** @type {number} */ px, /** @type {number} */ py) => {
    let [nearest, sign] = [Infinity, 1];
    for (const [x, y, fromX, fromY, ex, ey, length2] of edges) {
      const [wx, wy] = [px - x, py - y];
      const t = Math.min(1, Math.max(0, (wx * ex + wy * ey) / length2));
      nearest = Math.min(nearest, (wx - ex * t) ** 2 + (wy - ey * t) ** 2);
      if (py >= y !== py >= fromY && px < ((fromX - x) * (py - y)) / (fromY - y) + x) sign = -sign;
    }
    return sign * Math.sqrt(nearest);
  };
}

/**
 * A line through the same points, without corners.
 * @param {import('./canvas.js').Point[]} points of an open line
 * @returns {import('./canvas.js').Point[]}
 */
export const rounded = (points) =>
  points.flatMap((from, i) => {
    const [before, to, after] = [points[Math.max(0, i - 1)], points[i + 1], points[Math.min(points.length - 1, i + 2)]];
    if (!to) return [from];
    return [0, 0.25, 0.5, 0.75].map((t) => {
      const along = (/** @type {0 | 1} */ axis) => {
        const [a, b, c, d] = [before[axis], from[axis], to[axis], after[axis]];
        return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
      };
      return /** @type {import('./canvas.js').Point} */ ([Math.max(0, along(0)), along(1)]);
    });
  });

/**
 * Turned on a lathe around the y axis.
 * @param {import('./canvas.js').Point[]} points radius and height
 * @returns {Solid}
 */
export function lathe(points, round = 0) {
  const flat = polygon(points);
  const [heights, radii] = [points.map(([, y]) => y), points.map(([r]) => r)];
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  return {
    distance: (x, y, z) => flat(Math.sqrt(x * x + z * z), y) - round,
    bound: [0, (low + high) / 2, 0, Math.hypot((high - low) / 2, Math.max(...radii)) + round],
  };
}

/**
 * A polygon in x and y, as thick as `depth` on either side.
 * @param {import('./canvas.js').Point[]} points
 * @param {number} depth
 * @returns {Solid}
 */
export function prism(points, depth, round = 0.01) {
  const flat = polygon(points);
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return {
    distance: (x, y, z) => {
      const [d, w] = [flat(x, y) + round, Math.abs(z) - depth + round];
      return Math.hypot(Math.max(d, 0), Math.max(w, 0)) + Math.min(Math.max(d, w), 0) - round;
    },
    bound: [(left + right) / 2, (low + high) / 2, 0, Math.hypot((right - left) / 2, (high - low) / 2, depth)],
  };
}

/** @param {Solid[]} solids @returns {Solid['bound']} */
function around(solids) {
  const low = [0, 1, 2].map((axis) => Math.min(...solids.map(({ bound }) => bound[axis] - bound[3])));
  const high = [0, 1, 2].map((axis) => Math.max(...solids.map(({ bound }) => bound[axis] + bound[3])));
  const [x, y, z] = low.map((value, axis) => (value + high[axis]) / 2);
  const radius = (/** @type {Solid} */ { bound }) => Math.hypot(bound[0] - x, bound[1] - y, bound[2] - z) + bound[3];
  return [x, y, z, Math.max(...solids.map(radius))];
}

/** Joined, with edges smoothed over the length `soft`. @param {number} soft @param {Solid[]} solids @returns {Solid} */
export function joined(soft, ...solids) {
  const distances = solids.map(({ distance }) => distance);
  return {
    distance: (x, y, z) => {
      let d = distances[0](x, y, z);
      for (let i = 1; i < distances.length; i++) {
        const other = distances[i](x, y, z);
        const h = Math.max(soft - Math.abs(d - other), 0) / (soft || 1);
        d = Math.min(d, other) - (h * h * soft) / 4;
      }
      return d;
    },
    bound: around(solids),
  };
}

/** The first without the others. @param {Solid} solid @param {Solid[]} taken @returns {Solid} */
export const without = (solid, ...taken) => ({
  distance: (x, y, z) => taken.reduce((d, { distance }) => Math.max(d, -distance(x, y, z)), solid.distance(x, y, z)),
  bound: solid.bound,
});

/** With an uneven surface. @param {Solid} solid @param {Distance} offset @param {number} most @returns {Solid} */
export const uneven = (solid, offset, most) => ({
  distance: (x, y, z) => {
    const d = solid.distance(x, y, z);
    return d > 3 * most ? d - most : (d - offset(x, y, z)) * 0.7;
  },
  bound: [solid.bound[0], solid.bound[1], solid.bound[2], solid.bound[3] + most],
});

/** @param {Solid} solid @param {Colour | Paint} colour @returns {Part} */
export const part = (solid, colour, { shine = 0.1, mirror = 0 } = {}) => ({
  ...solid,
  paint: typeof colour === 'function' ? colour : () => colour,
  shine,
  mirror,
});

/**
 * Moves solids or parts, scaled first, then turned, around z (roll), x (pitch) and y (yaw).
 * @template {Solid} T
 * @param {T[]} solids
 * @param {Place} place
 * @returns {T[]}
 */
export function place(solids, { at = [0, 0, 0], yaw = 0, pitch = 0, roll = 0, scale = 1 }) {
  const [cy, sy, cp, sp, cr, sr] = [yaw, pitch, roll].flatMap((angle) => [Math.cos(angle), Math.sin(angle)]);
  const rows = [
    [cy * cr + sy * sp * sr, -cy * sr + sy * sp * cr, sy * cp],
    [cp * sr, cp * cr, -sp],
    [-sy * cr + cy * sp * sr, sy * sr + cy * sp * cr, cy * cp],
  ];
  const [[a, b, c], [d, e, f], [g, h, i]] = rows;
  const [tx, ty, tz] = at;
  /** @template R @param {(x: number, y: number, z: number) => R} use */
  const local = (use) => (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) => {
    const [u, v, w] = [(x - tx) / scale, (y - ty) / scale, (z - tz) / scale];
    return use(a * u + d * v + g * w, b * u + e * v + h * w, c * u + f * v + i * w);
  };
  return solids.map((solid) => {
    const [x, y, z, radius] = solid.bound;
    const [bx, by, bz] = rows.map(([p, q, r], axis) => at[axis] + scale * (p * x + q * y + r * z));
    const near = local(solid.distance);
    return {
      ...solid,
      distance: (/** @type {number} */ px, /** @type {number} */ py, /** @type {number} */ pz) =>
        scale * near(px, py, pz),
      bound: [bx, by, bz, radius * scale],
      ...('paint' in solid && { paint: local(/** @type {any} */ (solid).paint) }),
    };
  });
}
