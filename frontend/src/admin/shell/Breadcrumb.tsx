import { IconChevronLeft } from '@tabler/icons-react';
import { Link } from 'react-router-dom';
import { paths } from '../../paths';
import { ProductMark } from '../../ui/ProductMark';
import type { Crumb } from '../../ui/page-trail';
import classes from './Breadcrumb.module.css';
import { stepsOf, useCrumbs } from './useCrumbs';

/** The way to the page that is open; on a phone the step back and the title of a page that has none above it. */
export function Breadcrumb({ isPhone }: { isPhone: boolean }) {
  const crumbs = useCrumbs();
  if (isPhone) return <PhoneTitle steps={stepsOf(crumbs)} />;
  const last = crumbs.at(-1);
  return (
    <nav aria-label="Breadcrumb" className={classes.trail}>
      <ol>
        {crumbs.map((crumb) => (
          <li key={crumb.label} aria-current={crumb === last ? 'page' : undefined}>
            {crumb.to === undefined || crumb === last ? (
              <span className={classes.step}>{crumb.label}</span>
            ) : (
              <Link to={crumb.to} state={keepsScroll} className={classes.step}>
                {crumb.label}
              </Link>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** A list that one goes up to is shown where one left it. */
const keepsScroll = { keepsScroll: true };

function PhoneTitle({ steps }: { steps: readonly Crumb[] }) {
  const parent = steps.at(-2);
  if (parent?.to !== undefined)
    return (
      <Link to={parent.to} state={keepsScroll} className={classes.back}>
        <IconChevronLeft size={20} aria-hidden />
        <span className={classes.step}>{parent.label}</span>
      </Link>
    );
  return (
    <div className={classes.title}>
      <Link to={paths.dashboard} aria-label="Job Manager" className={classes.mark}>
        <ProductMark />
      </Link>
      <span className={classes.step} aria-hidden>
        {steps.at(-1)?.label}
      </span>
    </div>
  );
}
