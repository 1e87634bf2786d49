/** Which runs are announced by a toast: those that one started oneself, also failures of others, or none. */
const toastChoices = ['all', 'mine', 'none'] as const;
/** Which incidents make a sound and a notification of the browser. */
const incidentChoices = ['all', 'critical', 'none'] as const;
const soundChoices = ['off', 'quiet', 'loud'] as const;

/** How this browser announces what happens to runs and incidents. */
export interface NoticePreferences {
  toasts: (typeof toastChoices)[number];
  failureSound: Sound;
  endSound: Sound;
  incidents: (typeof incidentChoices)[number];
  incidentSound: Sound;
  /** Notifications of the browser, while no tab of the panel is visible. */
  isBrowserOn: boolean;
}
export type Sound = (typeof soundChoices)[number];

const STORAGE_KEY = 'jobManagerNoticePreferences';
const byDefault: NoticePreferences = {
  toasts: 'all',
  failureSound: 'off',
  endSound: 'off',
  incidents: 'all',
  incidentSound: 'off',
  isBrowserOn: false,
};

/** Read each time, so that a change in one tab holds for all. */
export function readPreferences(): NoticePreferences {
  try {
    const stored = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}') as Partial<Record<string, unknown>>;
    return {
      toasts: oneOf(toastChoices, stored.toasts, byDefault.toasts),
      failureSound: oneOf(soundChoices, stored.failureSound, byDefault.failureSound),
      endSound: oneOf(soundChoices, stored.endSound, byDefault.endSound),
      incidents: oneOf(incidentChoices, stored.incidents, byDefault.incidents),
      incidentSound: oneOf(soundChoices, stored.incidentSound, byDefault.incidentSound),
      isBrowserOn: stored.isBrowserOn === true,
    };
  } catch {
    return byDefault;
  }
}

export function keepPreferences(preferences: NoticePreferences): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(preferences));
  } catch {
    // Storage is switched off: the next page begins with the default.
  }
}

function oneOf<Choice extends string>(choices: readonly Choice[], value: unknown, otherwise: Choice): Choice {
  return choices.find((choice) => choice === value) ?? otherwise;
}
