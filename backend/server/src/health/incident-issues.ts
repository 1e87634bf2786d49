import type { OpenIncident } from '@job-manager/engine/store/alerts/open-incidents';
import type { Issue } from '@job-manager/shared/contract/issues';

/** An issue as it is found, before incidents are joined. */
export type FoundIssue = Omit<Issue, 'incidentId'>;

/** Issues with the incidents about them, then the incidents about nothing else. So nothing is listed twice. */
export function joinIncidents(found: readonly FoundIssue[], incidents: readonly OpenIncident[]): Issue[] {
  const joined = found.map((issue) => withIncident(issue, incidents));
  const named = new Set(joined.map(({ incidentId }) => incidentId));
  const others = incidents.filter(({ id, mutedUntil }) => !named.has(id) && mutedUntil === null);
  return [...joined, ...others.map(ofIncident)];
}

function withIncident(issue: FoundIssue, incidents: readonly OpenIncident[]): Issue {
  const about = incidents.find((incident) => isAbout(incident, issue.key));
  if (about === undefined) return { ...issue, incidentId: null };
  return {
    ...issue,
    severity: about.severity === 'CRITICAL' ? 'critical' : issue.severity,
    since: issue.since ?? about.openedAt.toISOString(),
    incidentId: about.id,
  };
}

/** Whether the incident reports the same as the issue with this key. */
function isAbout(incident: OpenIncident, key: string): boolean {
  return mattersOf(incident).some((matter) => key === matter || key.startsWith(`${matter} `));
}

/** Keys of issues, or their beginnings. */
function mattersOf({ kind, subject, jobName, channel, fingerprint }: OpenIncident): string[] {
  switch (kind) {
    case 'runFailed':
    case 'failureRate':
      return [`failing ${jobName}`];
    case 'newCause':
      return [`new error ${fingerprint}`, `came back ${fingerprint}`];
    case 'channelLate':
      return [`late ${channel}`];
    case 'noRunner':
      return ['health NO_RUNNER'];
    case 'runnerLost':
      return ['health RUNNER_LOST'];
    case 'stalledRuns':
      return ['health STALLED_RUNS'];
    case 'health':
      return REASONS[subject] ?? [`health ${subject}`];
    default:
      return [];
  }
}

/** Reasons of health that are issues of their own. */
const REASONS: Record<string, string[]> = {
  CHANNEL_PAUSED: ['paused channel'],
  JOB_PAUSED: ['paused job'],
  FAILURE_RATE: ['failing', 'health FAILURE_RATE'],
};

const ofIncident = ({ id, severity, title, cause, openedAt, count }: OpenIncident): Issue => ({
  key: `incident ${id}`,
  severity: severity === 'CRITICAL' ? 'critical' : 'warning',
  message: `${title}: ${cause}`,
  since: openedAt.toISOString(),
  runs: count,
  subject: { kind: 'incident' },
  incidentId: id,
});
