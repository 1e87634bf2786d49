import type { ReactNode } from 'react';
import classes from './EntityCard.module.css';

/** What was read so long ago is shown again without a request. */
export const CARD_STALE_MS = 30_000;

interface Props {
  name: string;
  description?: string;
  isLoading: boolean;
  /** Why nothing is known; null for no reason. */
  error: string | null;
  /** `CardFact`s. */
  children: ReactNode;
  action?: ReactNode;
}

/** What a link leads to, in brief. */
export function EntityCard({ name, description, isLoading, error, children, action }: Props) {
  return (
    <div className={classes.card}>
      <strong className={classes.name}>{name}</strong>
      {description && <p className={classes.description}>{description}</p>}
      {error !== null ? (
        <p className={classes.description}>It could not be loaded: {error}</p>
      ) : isLoading ? (
        <p className={classes.description}>Loading…</p>
      ) : (
        <>
          <dl className={classes.facts}>{children}</dl>
          {action && <div className={classes.action}>{action}</div>}
        </>
      )}
    </div>
  );
}

export const CardFact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className={classes.fact}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
