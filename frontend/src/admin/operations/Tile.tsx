import type { Permission } from '@job-manager/shared/permissions';
import { Button } from '@mantine/core';
import type { TablerIcon } from '@tabler/icons-react';
import { parseAsString, useQueryState } from 'nuqs';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link } from 'react-router-dom';
import { useAllowed } from '../../api/session';
import classes from './operations.module.css';

export interface TileProps {
  /** Its name in the address: `?tile=purge`. */
  name: string;
  title: string;
  icon: TablerIcon;
  /** Diagnoses, repairs, or takes something away. */
  kind: 'inspect' | 'repair' | 'destroy';
  text: string;
  /** What stands there to be done, such as "2 stuck". */
  count?: string;
  needs: readonly Permission[];
  /** The button that leads on. */
  button?: { label: string } & ({ to: string } | { onClick: (() => void) | undefined });
  /** What it takes instead, or besides. */
  children?: ReactNode;
}

/**
 * One act on many runs, with what it takes to do it. Its key, and its name in the address, lead to its first control.
 */
export function Tile({ hotkey, ...tile }: TileProps & { hotkey?: string }) {
  const { name, title, icon: Icon, kind, text, count, needs, button, children } = tile;
  const can = useAllowed();
  const section = useRef<HTMLElement>(null);
  const missing = needs.find((permission) => !can(permission));
  const [wanted] = useQueryState('tile', parseAsString);
  const isWanted = wanted === name && missing === undefined;
  useEffect(() => {
    if (isWanted) goTo(section.current);
  }, [isWanted]);
  return (
    <section ref={section} className={classes.tile} data-kind={kind} aria-label={title}>
      <h3 className={classes.title}>
        <Icon size={18} aria-hidden />
        {title}
        {count !== undefined && <span className={classes.count}>{count}</span>}
        {hotkey !== undefined && missing === undefined && (
          <button
            type="button"
            className={classes.hotkey}
            data-key={hotkey}
            tabIndex={-1}
            title={`Key ${hotkey}`}
            aria-label={`Go to ${title}`}
            onClick={() => openTile(section.current)}
          >
            {hotkey}
          </button>
        )}
      </h3>
      <p className={classes.text}>{text}</p>
      {missing === undefined ? (
        <>
          {button && <TileButton {...button} />}
          {children}
        </>
      ) : (
        <p className={classes.missing}>Needs the permission “{missing}”. A person who manages users can give it.</p>
      )}
    </section>
  );
}

function TileButton({ label, ...act }: NonNullable<TileProps['button']>) {
  if ('to' in act)
    return (
      <Button variant="default" component={Link} to={act.to}>
        {label}
      </Button>
    );
  return (
    <Button variant="default" onClick={act.onClick}>
      {label}
    </Button>
  );
}

const firstControl = (section: HTMLElement | null): HTMLElement | null =>
  section?.querySelector<HTMLElement>('input, a[href], button:not([tabindex="-1"]):not(:disabled)') ?? null;

function goTo(section: HTMLElement | null): void {
  section?.scrollIntoView({ block: 'center' });
  firstControl(section)?.focus({ preventScroll: true });
}

/** Where it takes a choice, that is made first; otherwise its button is pressed. */
function openTile(section: HTMLElement | null): void {
  goTo(section);
  const control = firstControl(section);
  if (control !== null && control.tagName !== 'INPUT') control.click();
}
