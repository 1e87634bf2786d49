import type { ApiToken } from '@job-manager/shared/contract/tokens';
import { Anchor, Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useCallback, useState } from 'react';
import { mount } from '../../api/place';
import { Permitted } from '../../components/Permitted';
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

/** What a dialog is open for. */
type Asked = 'create' | ApiToken;

function Tokens() {
  const [asked, ask] = useState<Asked | null>(null);
  const create = useCallback(() => ask('create'), []);
  const close = () => ask(null);
  useReturnFocus(asked !== null);
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
        <Button leftSection={<IconPlus size={16} />} onClick={create}>
          Create token
        </Button>
      }
    >
      <TokensSection onCreate={create} onRevoke={ask} />
      <DialogBoundary opened={[asked]} onClose={close}>
        {asked === 'create' && <CreateTokenDialog onClose={close} />}
        {asked !== null && asked !== 'create' && <RevokeTokenDialog token={asked} onClose={close} />}
      </DialogBoundary>
    </Page>
  );
}
