import type { CurrentUser } from '@job-manager/shared/contract/auth';
import { Modal } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { ConfirmIdentityDialog } from './ConfirmIdentityDialog';
import { RecoveryCodes } from './RecoveryCodes';
import { SetUpSecondFactor } from './SetUpSecondFactor';
import { calls } from './second-factor-calls';

/** What can be done about one's own second factor. */
export type FactorAct = 'setUp' | 'turnOff' | 'renewRecoveryCodes';

interface Props {
  act: FactorAct;
  user: CurrentUser;
  /** Something may have changed. */
  onDone: () => void;
  onClose: () => void;
}

/** The dialog that is open. */
export function SecondFactorDialog({ act, user, onDone, onClose }: Props) {
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  if (codes !== null) {
    return (
      <StayingModal title="New recovery codes">
        <RecoveryCodes email={user.email} codes={codes} onDone={onDone} />
      </StayingModal>
    );
  }
  if (act === 'setUp') {
    return (
      <StayingModal title="Set up two-step sign-in">
        <SetUpSecondFactor email={user.email} onDone={onDone} onCancel={onClose} cancelLabel="Cancel" />
      </StayingModal>
    );
  }
  if (act === 'turnOff') {
    return (
      <ConfirmIdentityDialog
        title="Turn two-step sign-in off?"
        text="Signing in takes your password alone from then on. Every other session of yours ends."
        confirm="Turn off"
        isDangerous
        user={user}
        call={calls.turnOff}
        onDone={onDone}
        onClose={onClose}
      />
    );
  }
  return (
    <ConfirmIdentityDialog
      title="New recovery codes"
      text="You get ten new codes, and the ones you have stop working."
      confirm="Make new codes"
      user={user}
      call={calls.renewRecoveryCodes}
      onDone={({ recoveryCodes }) => setCodes(recoveryCodes)}
      onClose={onClose}
    />
  );
}

/** No slip of the hand closes it: what it shows is shown once. */
function StayingModal({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Modal
      opened
      onClose={() => {}}
      title={title}
      centered
      returnFocus={false}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
    >
      {children}
    </Modal>
  );
}
