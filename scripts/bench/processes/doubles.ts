/** How many of these were there before. */
export function countDoubles(ids: readonly string[]): number {
  return ids.length - new Set(ids).size;
}
