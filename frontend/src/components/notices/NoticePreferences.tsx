import { Button, Checkbox, Modal, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import type { DialogProps } from '../../ui/useDialog';
import { useIsPhone } from '../../ui/useIsPhone';
import { browserPermission, requestPermission } from './browser-notices';
import classes from './NoticePreferences.module.css';
import { keepPreferences, type NoticePreferences as Preferences, readPreferences, type Sound } from './preferences';
import { playSound } from './sounds';

const toastLabels = [
  { value: 'all', label: 'My runs and all failures' },
  { value: 'mine', label: 'My runs' },
  { value: 'none', label: 'No runs' },
];
const incidentLabels = [
  { value: 'all', label: 'All incidents' },
  { value: 'critical', label: 'Critical incidents' },
  { value: 'none', label: 'No incidents' },
];
const soundLabels = [
  { value: 'off', label: 'Off' },
  { value: 'quiet', label: 'Quiet' },
  { value: 'loud', label: 'Loud' },
];

/** How this browser announces what happens to runs and incidents. Each change is kept at once. */
export function NoticePreferences({ open, onClose }: DialogProps) {
  const [preferences, setPreferences] = useState(readPreferences);
  const isPhone = useIsPhone();
  const change = (part: Partial<Preferences>) => {
    const next = { ...readPreferences(), ...part };
    keepPreferences(next);
    setPreferences(next);
  };
  return (
    <Modal
      opened={open}
      onClose={onClose}
      title="Notices"
      size="md"
      fullScreen={isPhone}
      returnFocus={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <p className={classes.lead}>For this browser alone. The bell keeps everything, independent of these choices.</p>
      <div className={classes.fields}>
        <NativeSelect
          label="Toasts for"
          data={toastLabels}
          value={preferences.toasts}
          onChange={({ currentTarget }) => change({ toasts: currentTarget.value as Preferences['toasts'] })}
        />
        <SoundField
          label="Sound when a run fails"
          kind="failure"
          value={preferences.failureSound}
          onChange={(failureSound) => change({ failureSound })}
        />
        <SoundField
          label="Sound when a run of mine ends"
          kind="end"
          value={preferences.endSound}
          onChange={(endSound) => change({ endSound })}
        />
        <NativeSelect
          label="Sound and notifications for"
          data={incidentLabels}
          value={preferences.incidents}
          onChange={({ currentTarget }) => change({ incidents: currentTarget.value as Preferences['incidents'] })}
        />
        <SoundField
          label="Sound when an incident opens"
          kind="incident"
          value={preferences.incidentSound}
          onChange={(incidentSound) => change({ incidentSound })}
        />
        <BrowserField isOn={preferences.isBrowserOn} onChange={(isBrowserOn) => change({ isBrowserOn })} />
      </div>
    </Modal>
  );
}

interface SoundFieldProps {
  label: string;
  kind: 'failure' | 'end' | 'incident';
  value: Sound;
  onChange: (sound: Sound) => void;
}

function SoundField({ label, kind, value, onChange }: SoundFieldProps) {
  return (
    <div className={classes.sound}>
      <NativeSelect
        label={label}
        data={soundLabels}
        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value as Sound)}
      />
      <Button
        variant="default"
        aria-label={`Test: ${label.toLowerCase()}`}
        disabled={value === 'off'}
        onClick={() => playSound(kind, value)}
      >
        Test
      </Button>
    </div>
  );
}

const refusals = {
  denied: 'This browser blocks notifications of this site. Allow them in its settings for the site, then reload.',
  unsupported: 'This browser has no notifications here. Most need an address that begins with https.',
} as const;

function BrowserField({ isOn, onChange }: { isOn: boolean; onChange: (isOn: boolean) => void }) {
  const [permission, setPermission] = useState(browserPermission);
  const isRefused = permission === 'denied' || permission === 'unsupported';
  return (
    <Checkbox
      label="Notifications of the browser"
      description={isRefused ? refusals[permission] : 'Shown while no tab of the panel is visible.'}
      checked={isOn && permission === 'granted'}
      disabled={isRefused}
      onChange={async ({ currentTarget }) => {
        if (!currentTarget.checked) return onChange(false);
        const answer = await requestPermission();
        setPermission(answer);
        onChange(answer === 'granted');
      }}
    />
  );
}
