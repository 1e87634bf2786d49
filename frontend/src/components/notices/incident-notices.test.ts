import type { IncidentNews } from '@job-manager/shared/incident-news';
import { renderHook } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { ago } from '../../testing/a-run';
import { openNotices, useNotices } from '../../ui/notices';
import { announceIncidents } from './incident-notices';
import { keepPreferences, readPreferences } from './preferences';
import { playSoundOnce } from './sounds';

vi.mock('./sounds', () => ({ playSoundOnce: vi.fn() }));

const shown: [string, NotificationOptions | undefined][] = [];
class FakeNotification {
  static permission = 'granted';
  onclick = null;
  constructor(title: string, options?: NotificationOptions) {
    shown.push([title, options]);
  }
}

const anIncident = (part: Partial<IncidentNews> = {}): IncidentNews => ({
  ...{ id: '12', severity: 'CRITICAL', title: 'match-scores fails', openedAt: ago(5), closedAt: null },
  ...{ mutedUntil: null, ...part },
});
const opened = (...incidents: IncidentNews[]) =>
  announceIncidents(
    incidents.map((incident) => ({ event: 'opened', incident })),
    vi.fn(),
  );
const over = (incident: IncidentNews) => announceIncidents([{ event: 'closed', incident }], vi.fn());
const noticed = () => renderHook(() => useNotices()).result.current;
const prefer = (part: Partial<ReturnType<typeof readPreferences>>) =>
  keepPreferences({ ...readPreferences(), ...part });

beforeEach(() => {
  openNotices('1');
  shown.length = 0;
  vi.mocked(playSoundOnce).mockClear();
  vi.stubGlobal('Notification', FakeNotification);
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  return () => vi.unstubAllGlobals();
});

test('an incident is one notice, which its end replaces', () => {
  opened(anIncident());
  expect(noticed()).toMatchObject([
    { kind: 'incident', title: 'match-scores fails', to: '/admin/alerts?incident=12', isUnread: true },
  ]);
  over(anIncident({ closedAt: ago(0) }));
  expect(noticed()).toMatchObject([{ kind: 'end', title: 'Over: match-scores fails', isUnread: true }]);
});

test('incidents sound and are shown by the browser only as far as one chose', async () => {
  const warning = anIncident({ id: '13', severity: 'WARNING', title: 'mail waits' });
  prefer({ incidentSound: 'quiet', isBrowserOn: true, incidents: 'critical' });
  opened(warning);
  expect(playSoundOnce).not.toHaveBeenCalled();
  opened(anIncident());
  expect(playSoundOnce).toHaveBeenLastCalledWith('incident', 'quiet');
  await vi.waitFor(() =>
    expect(shown).toEqual([['match-scores fails', { body: 'Critical, incident 12', tag: 'incident 12' }]]),
  );
  prefer({ incidents: 'none' });
  over(anIncident());
  expect(playSoundOnce).toHaveBeenCalledTimes(1);
  expect(noticed()).toHaveLength(2);
});

test('a muted incident is kept behind the bell alone', () => {
  prefer({ incidentSound: 'loud' });
  opened(anIncident({ mutedUntil: ago(-3_600) }));
  expect(playSoundOnce).not.toHaveBeenCalled();
  expect(noticed()).toHaveLength(1);
});

test('many at once are one notice', () => {
  opened(
    ...Array.from({ length: 7 }, (_, index) => anIncident({ id: String(index + 1), title: `job-${index} fails` })),
  );
  expect(noticed()).toMatchObject([
    { title: '7 incidents opened', text: 'job-0 fails, job-1 fails, job-2 fails and 4 more', to: '/admin/alerts' },
  ]);
});
