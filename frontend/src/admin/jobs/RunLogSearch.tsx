import { ActionIcon, CloseButton, TextInput } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconSearch } from '@tabler/icons-react';
import type { KeyboardEvent } from 'react';
import classes from './RunLog.module.css';
import type { LogSearch } from './useLogSearch';

interface Props {
  search: LogSearch;
  marked: number | null;
  onGo: (direction: 1 | -1) => void;
}

/** Searches the lines shown: Enter goes to the next line found, Shift and Enter to the one before. */
export function RunLogSearch({ search: { text, setText, pattern, found }, marked, onGo }: Props) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      onGo(event.shiftKey ? -1 : 1);
    } else if (event.key === 'Escape') setText('');
  };
  const isFruitless = found.length === 0;
  return (
    <div className={classes.search}>
      <TextInput
        className={classes.field}
        aria-label="Search the messages"
        placeholder="Search the messages"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        // Escape empties the field first; the next one closes the dialog around it.
        data-mantine-stop-propagation={text !== '' || undefined}
        leftSection={<IconSearch size={16} aria-hidden />}
        rightSection={
          text !== '' && <CloseButton size="sm" aria-label="Clear the search" onClick={() => setText('')} />
        }
      />
      <span className={classes.found} role="status">
        {pattern !== null && foundText(found, marked)}
      </span>
      <ActionIcon size="lg" aria-label="Previous message found" disabled={isFruitless} onClick={() => onGo(-1)}>
        <IconChevronUp size={18} />
      </ActionIcon>
      <ActionIcon size="lg" aria-label="Next message found" disabled={isFruitless} onClick={() => onGo(1)}>
        <IconChevronDown size={18} />
      </ActionIcon>
    </div>
  );
}

function foundText(found: readonly number[], marked: number | null): string {
  if (found.length === 0) return 'Nothing found';
  const place = marked === null ? -1 : found.indexOf(marked);
  const count = found.length.toLocaleString('en');
  return place === -1 ? `${count} found` : `${(place + 1).toLocaleString('en')} of ${count}`;
}
