export interface Pixels {
  width: number;
  height: number;
  /** Four bytes per pixel, row by row. */
  rgba: Uint8Array;
}

/** Sixteen steps per channel: fine enough to distinguish colours, coarse enough to merge their shades. */
const STEP_BITS = 4;
const OPAQUE = 128;

/**
 * The commonest colour as `#rrggbb`: the mean of the fullest of 4,096 equal boxes of colour. Pixels that
 * are more than half transparent don't count; null when none is left.
 */
export function dominantColor({ rgba }: Pixels): string | null {
  const box = fullestBox(rgba);
  if (box === undefined) return null;
  const sum = [0, 0, 0];
  let pixels = 0;
  for (let at = 0; at < rgba.length; at += 4) {
    if (boxOf(rgba, at) !== box) continue;
    pixels += 1;
    sum.forEach((value, channel) => {
      sum[channel] = value + (rgba[at + channel] ?? 0);
    });
  }
  return `#${sum
    .map((value) =>
      Math.round(value / pixels)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

function fullestBox(rgba: Uint8Array): number | undefined {
  const counts = new Uint32Array(1 << (3 * STEP_BITS));
  for (let at = 0; at < rgba.length; at += 4) {
    const box = boxOf(rgba, at);
    if (box !== undefined) counts[box] = (counts[box] ?? 0) + 1;
  }
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  // The first of equals, so that the answer is always the same.
  return most === 0 ? undefined : counts.indexOf(most);
}

function boxOf(rgba: Uint8Array, at: number): number | undefined {
  const [red = 0, green = 0, blue = 0, alpha = 0] = rgba.subarray(at, at + 4);
  if (alpha < OPAQUE) return undefined;
  const step = 8 - STEP_BITS;
  return ((red >> step) << (2 * STEP_BITS)) | ((green >> step) << STEP_BITS) | (blue >> step);
}
