const KEY = 'job-manager: shortcuts';

/** Whether this browser uses single keys; screen readers need them for themselves. */
export const areShortcutsOn = (): boolean => localStorage.getItem(KEY) !== 'off';

export const setShortcutsOn = (isOn: boolean): void => {
  if (isOn) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, 'off');
};
