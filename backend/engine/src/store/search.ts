/** A LIKE pattern for texts that contain this one as it stands; for `ESCAPE '\\'`, which is PostgreSQL's own choice. */
export const containing = (part: string): string => `%${part.replaceAll(/[\\%_]/g, '\\$&')}%`;
