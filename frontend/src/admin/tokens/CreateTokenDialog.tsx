import type { ApiToken } from '@job-manager/shared/contract/tokens';
import { useState } from 'react';
import { mount } from '../../api/mount';
import { CodeBlock } from '../../ui/CodeBlock';
import { CopyButton } from '../../ui/CopyButton';
import { ShownOnceDialog } from '../../ui/ShownOnceDialog';
import classes from './CreateTokenDialog.module.css';
import { CreateTokenForm } from './CreateTokenForm';
import { exampleCall } from './example-call';

/** A new token's text is here, only for as long as its dialog is open. */
interface Created {
  token: string;
  apiToken: ApiToken;
}

/** What the token may do, and then, this once, its text. */
export function CreateTokenDialog({ onClose }: { onClose: () => void }) {
  const [created, setCreated] = useState<Created | null>(null);
  if (created === null) return <CreateTokenForm onCreated={setCreated} onClose={onClose} />;
  const { token, apiToken } = created;
  const example = exampleCall(token, apiToken.permissions, window.location.origin + mount);
  return (
    <ShownOnceDialog title="New token" subject={apiToken.name} noun="token" secret={token} onDone={onClose}>
      <div>
        <div className={classes.head}>
          <span className={classes.term}>A call with it</span>
          <CopyButton text={example} label="Copy" size="compact-sm" description="Copy the example call" />
        </div>
        <CodeBlock label="Example call" text={example} />
      </div>
    </ShownOnceDialog>
  );
}
