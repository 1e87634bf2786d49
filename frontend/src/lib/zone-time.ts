// Made once for each zone: a list of schedules writes the times of hundreds.
const formats = new Map<string, { time: Intl.DateTimeFormat; name: Intl.DateTimeFormat }>();

function formatsOf(timeZone: string) {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = {
    time: new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }),
    name: new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'short' }),
  };
  formats.set(timeZone, made);
  return made;
}

/**
 * A time in a zone with the name that it has there just then: `2026-11-30 03:00 CET`. So an hour that comes twice, when
 * the clock is put back, is distinguished. In a zone that is unknown here the time stays as it is given.
 */
export function formatInZone(iso: string, timeZone: string): string {
  try {
    const { time, name } = formatsOf(timeZone);
    const at = new Date(iso);
    const zone = name.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
    return `${time.format(at)} ${zone}`;
  } catch {
    return iso;
  }
}
