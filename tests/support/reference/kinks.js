/**
 * Watches a forward pass for the points where the network has no derivative: ReLU at zero, two equal values under a
 * max-pooling, an absolute value of zero, a probability at the edge of its clip.
 *
 * `margin` is the distance to the nearest of them, `branches` a hash of the sides taken: where two passes have taken
 * the same sides, the network was smooth between them.
 */
export class Kinks {
  margin = Infinity;
  branches = 0;

  /**
   * @param {number} distance to the point where the side changes. Exactly zero counts as no kink, since such ties come
   *   from zeros that no weight moves (padding, units that are off); ties that a weight does move differ in `branches`
   * @param {number} side
   */
  pass(distance, side) {
    if (distance !== 0) this.margin = Math.min(this.margin, Math.abs(distance));
    this.branches = (Math.imul(this.branches, 31) + side + 1) | 0;
  }
}
