import classes from './Plot.module.css';

const DASHES = [undefined, '7 3', '2 3', '9 3 2 3', '1 4'];
const FILLINGS = 3;

/** How the line of a series is dashed, by its place: the first is not. */
export const dashOf = (place: number): string | undefined => DASHES[place % DASHES.length];

/** What the bars of a series are filled with: a pattern that `Filling` defines, or, the first, its colour. */
export const fillOf = (place: number, id: string): string | undefined =>
  place % FILLINGS === 0 ? undefined : `url(#${id})`;

/**
 * Defines the pattern that distinguishes the bars of a series without colour. It has the colour of its surroundings.
 */
export function Filling({ place, id }: { place: number; id: string }) {
  if (place % FILLINGS === 0) return null;
  return (
    <defs>
      {place % FILLINGS === 1 ? (
        <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="6" height="6" className={classes.ground} />
          <rect width="3" height="6" className={classes.ink} />
        </pattern>
      ) : (
        <pattern id={id} width="5" height="5" patternUnits="userSpaceOnUse">
          <rect width="5" height="5" className={classes.ground} />
          <circle cx="2.5" cy="2.5" r="1.5" className={classes.ink} />
        </pattern>
      )}
    </defs>
  );
}
