import type { Random } from './random.js';

/** A made-up landscape or still life as SVG, without text: fonts differ between machines. */
export function drawScene(width: number, height: number, options: { random: Random; isTransparent: boolean }): string {
  const { random, isTransparent } = options;
  const hue = random.int(0, 359);
  const shapes = random.chance(0.6) ? landscape(width, height, hue, random) : stillLife(width, height, hue, random);
  const background = isTransparent ? '' : `<rect width="${width}" height="${height}" fill="url(#sky)"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
<defs><linearGradient id="sky" x1="0" y1="0" x2="${random.fraction().toFixed(2)}" y2="1">
<stop offset="0" stop-color="${colour(hue, 60, 45)}"/><stop offset="1" stop-color="${colour(hue + 40, 70, 80)}"/>
</linearGradient></defs>
${background}${shapes.join('')}</svg>`;
}

/** A sun over three rows of hills, the nearest the darkest. */
function landscape(width: number, height: number, hue: number, random: Random): string[] {
  const radius = Math.min(width, height) * random.between(0.06, 0.16);
  const sun = circle(
    random.between(0.15, 0.85) * width,
    random.between(0.15, 0.4) * height,
    radius,
    colour(hue + 50, 90, 88),
  );
  const hills = [0, 1, 2].map((row) => {
    const level = height * (0.5 + row * 0.16);
    const swing = height * 0.2;
    const wave = () => (level + random.normal(0, swing / 3)).toFixed(0);
    const path = `M0 ${wave()} C${width * 0.3} ${wave()} ${width * 0.6} ${wave()} ${width} ${wave()} V${height} H0Z`;
    return `<path d="${path}" fill="${colour(hue + 90 + row * 12, 45, 52 - row * 15)}"/>`;
  });
  return [sun, ...hills];
}

function stillLife(width: number, height: number, hue: number, random: Random): string[] {
  return Array.from({ length: random.int(5, 14) }, () => {
    const radius = Math.min(width, height) * random.between(0.05, 0.28);
    const fill = colour(hue + random.int(-60, 60), random.int(40, 90), random.int(25, 80));
    return circle(random.between(0, width), random.between(0, height), radius, fill);
  });
}

function circle(x: number, y: number, radius: number, fill: string): string {
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius.toFixed(1)}" fill="${fill}" fill-opacity="0.9"/>`;
}

function colour(hue: number, saturation: number, lightness: number): string {
  return `hsl(${(hue + 360) % 360},${saturation}%,${lightness}%)`;
}
