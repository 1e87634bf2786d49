import { CLOSES_AFTER_MS, REOPENS_WITHIN_MS } from '@job-manager/shared/alert-rules';

/** A time during which a rule is broken for a subject, in milliseconds of the epoch; `to` null where it still is. */
export interface Span {
  subject: string;
  from: number;
  to: number | null;
}

/** Something that was counted at a moment, for a subject. */
export interface Sample {
  subject: string;
  at: number;
  values: readonly number[];
}

/**
 * When the sums over a window that moves with time are more than a rule allows, from `from` to `now`. A sample counts from
 * its moment on, for as long as the window is.
 */
export function spansOverWindow(
  samples: Sample[],
  { windowMs, from, now }: { windowMs: number; from: number; now: number },
  isBroken: (sums: readonly number[]) => boolean,
): Span[] {
  return [...bySubject(samples)].flatMap(([subject, ofSubject]) => {
    const changes = ofSubject
      .flatMap(({ at, values }) => [
        { at, values },
        { at: at + windowMs, values: values.map((value) => -value) },
      ])
      .filter(({ at }) => at <= now)
      .sort((one, other) => one.at - other.at);
    const sums: number[] = [];
    const states: { at: number; isBroken: boolean }[] = [];
    for (const { at, values } of changes) {
      values.forEach((value, index) => {
        sums[index] = (sums[index] ?? 0) + value;
      });
      const last = states.at(-1);
      if (last?.at === at) last.isBroken = isBroken(sums);
      else states.push({ at, isBroken: isBroken(sums) });
    }
    return spansOf(subject, states, from);
  });
}

/** Samples at moments rather than sums: each holds until the next, or for `heldMs` where none follows. */
export function spansOfSamples(
  samples: Sample[],
  { heldMs, from, now }: { heldMs: number; from: number; now: number },
  isBroken: (values: readonly number[]) => boolean,
): Span[] {
  return [...bySubject(samples)].flatMap(([subject, ofSubject]) => {
    const sorted = [...ofSubject].sort((one, other) => one.at - other.at);
    const states = sorted.flatMap(({ at, values }, index) => {
      const until = Math.min(sorted[index + 1]?.at ?? Number.POSITIVE_INFINITY, at + heldMs);
      const state = { at, isBroken: isBroken(values) };
      return until === sorted[index + 1]?.at || until > now ? [state] : [state, { at: until, isBroken: false }];
    });
    return spansOf(subject, states, from);
  });
}

function spansOf(subject: string, states: { at: number; isBroken: boolean }[], from: number): Span[] {
  const spans: Span[] = [];
  let begun: number | null = null;
  for (const { at, isBroken } of states) {
    if (isBroken && begun === null) begun = at;
    if (isBroken || begun === null) continue;
    spans.push({ subject, from: begun, to: at });
    begun = null;
  }
  if (begun !== null) spans.push({ subject, from: begun, to: null });
  return spans
    .filter(({ to }) => to === null || to > from)
    .map((span) => ({ ...span, from: Math.max(span.from, from) }));
}

function bySubject<Item extends { subject: string }>(items: Item[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(item.subject);
    if (group) group.push(item);
    else groups.set(item.subject, [item]);
  }
  return groups;
}

/** The incidents that these spans would have been: they end a while after, and what comes back soon is the same one. */
export function incidentsOf(spans: Span[], now: number): Span[] {
  return [...bySubject(spans)].flatMap(([, ofSubject]) => {
    const incidents: Span[] = [];
    for (const span of [...ofSubject].sort((one, other) => one.from - other.from)) {
      const last = incidents.at(-1);
      const until = last?.to ?? Number.POSITIVE_INFINITY;
      if (last && span.from <= until + REOPENS_WITHIN_MS) {
        last.to = span.to === null || last.to === null ? null : Math.max(last.to, span.to + CLOSES_AFTER_MS);
      } else incidents.push({ ...span, to: span.to === null ? null : span.to + CLOSES_AFTER_MS });
    }
    return incidents.map((incident) =>
      incident.to !== null && incident.to > now ? { ...incident, to: null } : incident,
    );
  });
}
