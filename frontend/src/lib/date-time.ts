// Swedish writes dates as the panel does: 2024-01-08 10:23:45.
const format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' });

/** A time in the reader's zone: `2024-01-08 10:23:45`. */
export const formatDateTime = (iso: string): string => format.format(new Date(iso));
