import { Kbd, Modal } from '@mantine/core';
import type { DialogProps } from '../../ui/useDialog';
import { useNavGroups } from './nav-items';
import classes from './ShortcutSheet.module.css';
import { globalKeys, pageKeys } from './shortcuts';

/** All keys and what they do. */
export function ShortcutSheet({ open, onClose }: DialogProps) {
  const pages = useNavGroups().flatMap(({ items }) => items);
  return (
    <Modal opened={open} onClose={onClose} title="Keyboard shortcuts" size="44rem" returnFocus={false}>
      <div className={classes.columns}>
        <Keys title="Everywhere" keys={[...Object.entries(globalKeys), ['Ctrl K', 'Search, also while typing']]} />
        <Keys title="Pages" keys={pages.map(({ key, label }) => [`g ${key}`, label])} />
        <Keys title="Lists and runs" keys={pageKeys} />
      </div>
      <p className={classes.note}>The account menu switches single keys off, for screen readers.</p>
    </Modal>
  );
}

function Keys({ title, keys }: { title: string; keys: readonly (readonly [string, string])[] }) {
  return (
    <section aria-label={title}>
      <h3 className={classes.title}>{title}</h3>
      <dl className={classes.keys}>
        {keys.map(([key, text]) => (
          <div key={key} className={classes.key}>
            <dt>
              <Kbd>{key}</Kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
