/** Figures of the largest groups and of the rest, with the names of the former. */
export interface Ranked<Step> {
  /** The largest first. */
  names: string[];
  /** There are others, whose figures have the group null. */
  hasRest: boolean;
  steps: Step[];
}

/** The groups and their rest, from rows that have the place of their group. */
export function rankedFrom<Step extends { group: string | null; place: number | null }>(rows: Step[]): Ranked<Step> {
  const places = new Map<string, number>();
  for (const { group, place } of rows) if (group !== null && place !== null) places.set(group, place);
  return {
    names: [...places].sort(([, a], [, b]) => a - b).map(([name]) => name),
    hasRest: rows.some(({ group }) => group === null),
    steps: rows,
  };
}

/**
 * The CTE `places`, as SQL: each name with its `place` by its `size`, and with `own`, the same for those with figures of their
 * own and null for the rest. `most` is how many groups there are to be; where there are more names, the rest takes a place.
 */
export const placesOf = (name: string, sizes: string, most: string): string =>
  `places AS MATERIALIZED (
  SELECT ${name}, place, CASE WHEN place <= CASE WHEN found > ${most}::int THEN ${most}::int - 1 ELSE ${most}::int END THEN place END AS own
  FROM (SELECT ${name}, (row_number() OVER (ORDER BY size DESC, ${name}))::int AS place, count(*) OVER () AS found FROM (${sizes}) sizes) ranked
)`;
