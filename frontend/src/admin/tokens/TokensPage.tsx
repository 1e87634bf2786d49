import type { ApiToken } from '@job-manager/shared/contract/tokens';
import { Anchor, Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { mount } from '../../api/mount';
import { Permitted } from '../../components/Permitted';
import { useCreateDialog } from '../../components/url-state';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { Page } from '../../ui/Page';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { TokensSection } from './TokensSection';

const CreateTokenDialog = loadable(() => import('./CreateTokenDialog').then((module) => module.CreateTokenDialog));
const RevokeTokenDialog = loadable(() => import('./RevokeTokenDialog').then((module) => module.RevokeTokenDialog));

/** Tokens that programs sign their calls with. */
export function TokensPage() {
  return (
    <Permitted permission="manageTokens" title="API tokens">
      <Tokens />
    </Permitted>
  );
}

function Tokens() {
  const [revoked, revoke] = useState<ApiToken | null>(null);
  const create = useCreateDialog();
  const close = () => (create.isOpen ? void create.close() : revoke(null));
  useReturnFocus(create.isOpen || revoked !== null);
  return (
    <Page
      title="API tokens"
      lead={
        <>
          For programs that call the API. {/* A page of the server's, outside the panel's own addresses. */}
          <Anchor href={`${mount}/api/docs/`} inherit underline="always">
            API documentation
          </Anchor>
        </>
      }
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={create.open}>
          Create token
        </Button>
      }
    >
      <TokensSection onCreate={create.open} onRevoke={revoke} />
      <DialogBoundary opened={[create.isOpen, revoked]} onClose={close}>
        {create.isOpen && <CreateTokenDialog onClose={close} />}
        {revoked !== null && <RevokeTokenDialog token={revoked} onClose={close} />}
      </DialogBoundary>
    </Page>
  );
}
