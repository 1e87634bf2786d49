import { TextInput } from '@mantine/core';
import { parseAsString, useQueryState } from 'nuqs';
import { BulkButton } from '../../components/bulk/BulkButton';
import classes from './operations.module.css';

/** Takes the channel to empty; `?channel=mail` names one. */
export function PurgeChannel() {
  const [channel, setChannel] = useQueryState('channel', parseAsString.withDefault(''));
  const name = channel.trim();
  return (
    <div className={classes.form}>
      <TextInput
        label="Channel to purge"
        value={channel}
        autoComplete="off"
        onChange={(event) => void setChannel(event.currentTarget.value || null)}
      />
      <BulkButton
        action="purge"
        size="sm"
        disabled={name === ''}
        title={name === '' ? 'Name a channel' : undefined}
        heading="Purge a channel"
        subject={name}
        request={() => ({ action: 'purge', filter: { channel: name } })}
      >
        Preview…
      </BulkButton>
    </div>
  );
}
