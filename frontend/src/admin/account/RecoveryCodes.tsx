import { Button, Group } from '@mantine/core';
import { IconAlertTriangle, IconDownload } from '@tabler/icons-react';
import { downloadText } from '../../lib/download';
import { Banner } from '../../ui/Banner';
import { CopyButton } from '../../ui/CopyButton';
import classes from './second-factor.module.css';

interface Props {
  email: string;
  codes: readonly string[];
  onDone: () => void;
}

/** The recovery codes, this once. */
export function RecoveryCodes({ email, codes, onDone }: Props) {
  const text = `Job Manager: recovery codes of ${email}\nEach works once, in place of a code from the app.\n\n${codes.join('\n')}\n`;
  return (
    <div className={classes.form}>
      <Banner icon={IconAlertTriangle} title="Keep these recovery codes">
        They are not shown again. Each lets you sign in once without the app, for when your phone is lost.
      </Banner>
      <ul className={classes.codes} aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <Group gap="xs">
        <CopyButton text={codes.join('\n')} label="Copy" description="Copy the recovery codes" />
        <Button
          variant="default"
          leftSection={<IconDownload size={16} />}
          onClick={() => downloadText('job-manager-recovery-codes.txt', text)}
        >
          Download
        </Button>
      </Group>
      <Group justify="flex-end">
        <Button onClick={onDone} data-autofocus>
          I have kept them
        </Button>
      </Group>
    </div>
  );
}
