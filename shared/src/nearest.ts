/** The name most like a mistyped one, however it was capitalised; undefined when none is close. */
export function nearest(mistyped: string, names: readonly string[]): string | undefined {
  const wanted = normalise(mistyped);
  if (wanted === '') return undefined;
  const ranked = names
    .map((name) => ({ name, distance: distanceOf(wanted, normalise(name)) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  // A third of the letters may be wrong; beyond that a suggestion misleads more than it helps.
  return best && best.distance <= Math.max(1, Math.ceil(wanted.length / 3)) ? best.name : undefined;
}

/** Of a name that nothing reads, what it may have been meant for; `what` is what it is taken for. */
export function describeUnknown(name: string, known: readonly string[], what: string): string {
  const near = nearest(name, known);
  if (near !== undefined) return `is no ${what}; did you mean ${near}?`;
  return known.length === 0 ? `is no ${what}` : `is no ${what}; there are ${listed(known)}`;
}

/** Longer lists of names or values are cut. */
const MAX_LISTED = 15;

export function listed(values: readonly unknown[]): string {
  const shown = values.slice(0, MAX_LISTED).map(String).join(', ');
  return values.length > MAX_LISTED ? `${shown} and ${values.length - MAX_LISTED} more` : shown;
}

const normalise = (name: string) => name.toLowerCase().replace(/[-_]/g, '');

/** 0 when equal, little where one begins with or has the other, else how many letters must be changed, added, left out or swapped. */
function distanceOf(a: string, b: string): number {
  if (a !== b && a.length >= 4 && b.startsWith(a)) return 0.5;
  if (a !== b && Math.min(a.length, b.length) >= 4 && (a.includes(b) || b.includes(a))) return 0.75;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const steps = [at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (isSame ? 0 : 1)];
      if (isSwapped) steps.push(at(beforeLast, j - 2) + 1);
      row.push(Math.min(...steps));
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

const at = (row: number[], index: number) => row[index] ?? Number.POSITIVE_INFINITY;
