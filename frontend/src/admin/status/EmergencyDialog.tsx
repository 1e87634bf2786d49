import { Modal } from '@mantine/core';
import { useState } from 'react';
import type { DialogProps } from '../../ui/useDialog';
import { useIsPhone } from '../../ui/useIsPhone';
import { EmergencyQuestion } from './EmergencyQuestion';
import { EmergencyResult, type Outcome } from './EmergencyResult';

/** Fails all running runs: shows which, has it confirmed by typing, and shows what it did. */
export function EmergencyDialog({ open, onClose }: DialogProps) {
  const isPhone = useIsPhone();
  return (
    <Modal
      opened={open}
      onClose={onClose}
      title="Emergency cleanup"
      size="lg"
      fullScreen={isPhone}
      returnFocus={false}
      // A slip beside the dialog must not lose what was typed, nor what it did.
      closeOnClickOutside={false}
      centered
    >
      <Stages onClose={onClose} />
    </Modal>
  );
}

function Stages({ onClose }: { onClose: () => void }) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  if (outcome) return <EmergencyResult outcome={outcome} onClose={onClose} />;
  return <EmergencyQuestion onDone={setOutcome} onClose={onClose} />;
}
