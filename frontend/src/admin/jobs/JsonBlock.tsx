import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useId, useMemo, useState } from 'react';
import { JsonView } from 'react-json-view-lite';
import { formatBytes } from '../../lib/byte-size';
import { downloadJson } from '../../lib/download';
import { CopyButton } from '../../ui/CopyButton';
import classes from './JsonBlock.module.css';

interface Props {
  title: string;
  value: unknown;
  fileName: string;
  /** Shown when there is nothing. */
  empty: string;
  note?: string;
}

/** Beyond this a value is opened only on request; beyond ten times that it is shown as text, not as a tree. */
const OPEN_UP_TO_BYTES = 10_000;
const TREE_UP_TO_BYTES = 100_000;

/** A JSON value to read, copy and save. However large, it does not freeze the page. */
export function JsonBlock({ title, value, fileName, empty, note }: Props) {
  const titleId = useId();
  const text = useMemo(() => JSON.stringify(value, null, 2), [value]);
  const bytes = useMemo(() => new Blob([text]).size, [text]);
  const [isOpen, setOpen] = useState(bytes <= OPEN_UP_TO_BYTES);
  const isEmpty = value === null || (typeof value === 'object' && Object.keys(value).length === 0);
  return (
    <section className={classes.block} aria-labelledby={titleId}>
      <div className={classes.header}>
        <h3 id={titleId} className={classes.title}>
          {title}
        </h3>
        {!isEmpty && <span className={classes.size}>{formatBytes(bytes)}</span>}
        {!isEmpty && (
          <div className={classes.actions}>
            <CopyButton text={text} label="Copy" size="compact-sm" description={`Copy ${title}`} />
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconDownload size={16} />}
              aria-label={`Download JSON of ${title}`}
              onClick={() => downloadJson(fileName, value)}
            >
              Download JSON
            </Button>
          </div>
        )}
      </div>
      {isEmpty ? (
        <p className={classes.empty}>{empty}</p>
      ) : isOpen ? (
        <Content value={value} text={text} isTree={bytes <= TREE_UP_TO_BYTES} label={title} />
      ) : (
        <Button variant="default" size="sm" onClick={() => setOpen(true)}>
          Show {formatBytes(bytes)}
        </Button>
      )}
      {note && <p className={classes.note}>{note}</p>}
    </section>
  );
}

function Content({ value, text, isTree, label }: { value: unknown; text: string; isTree: boolean; label: string }) {
  const isLarge = text.length > OPEN_UP_TO_BYTES;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable to be scrolled by keyboard
    <section className={classes.content} tabIndex={0} aria-label={`${label} as JSON`}>
      {isTree && typeof value === 'object' && value !== null ? (
        <JsonView data={value} style={treeStyle} shouldExpandNode={isLarge ? isOutermost : isAmongFirst} />
      ) : (
        <pre className={classes.text}>{text}</pre>
      )}
    </section>
  );
}

// Constants: the tree opens and closes its parts again whenever it is given another function.
const isOutermost = (level: number) => level < 1;
const isAmongFirst = (level: number) => level < 3;

const treeStyle = {
  container: classes.tree ?? '',
  basicChildStyle: classes.child ?? '',
  childFieldsContainer: classes.fields ?? '',
  label: classes.label ?? '',
  clickableLabel: `${classes.label} ${classes.clickable}`,
  nullValue: classes.constant ?? '',
  undefinedValue: classes.constant ?? '',
  booleanValue: classes.constant ?? '',
  otherValue: classes.constant ?? '',
  numberValue: classes.number ?? '',
  stringValue: classes.string ?? '',
  punctuation: classes.punctuation ?? '',
  expandIcon: classes.expand ?? '',
  collapseIcon: classes.collapse ?? '',
  collapsedContent: classes.collapsed ?? '',
  noQuotesForStringValues: false,
  quotesForFieldNames: false,
  ariaLables: { expandJson: 'Open', collapseJson: 'Close' },
};
