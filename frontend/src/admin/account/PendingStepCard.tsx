import { Title } from '@mantine/core';
import type { PropsWithChildren } from 'react';
import { usePageTitle } from '../../ui/document-title';
import { ProductMark } from '../../ui/ProductMark';
import classes from './PendingStepCard.module.css';

interface Props {
  title: string;
  /** Why the step comes before anything else. */
  reason: string;
  email: string;
}

/** A page with the one step that a session must take before it may do anything else. */
export function PendingStepCard({ title, reason, email, children }: PropsWithChildren<Props>) {
  usePageTitle(title);
  return (
    <main id="content" className={classes.page} tabIndex={-1}>
      <div className={classes.card}>
        <ProductMark size={44} />
        <Title order={1} className={classes.title}>
          {title}
        </Title>
        <p className={classes.lead}>
          {reason} You are signed in as <strong>{email}</strong>.
        </p>
        {children}
      </div>
    </main>
  );
}
