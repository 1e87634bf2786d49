/**
 * Why a run is stopped that took its process down again and again, as an SQL expression over how often it did. Begun
 * once more, it would take down the next process, and the runs beside it, as well.
 */
export const poisonMessage = (times: string): string =>
  `'Stopped as poison: it took down its process ' || ${times} || CASE ${times} WHEN 1 THEN ' time' ELSE ' times' END`;
