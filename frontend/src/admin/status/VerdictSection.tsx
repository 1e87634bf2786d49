import type { SystemHealth, Verdict } from '@job-manager/shared/contract/health';
import { IconAlertTriangle, IconShieldCheck, IconUrgent, type TablerIcon } from '@tabler/icons-react';
import { Elapsed } from '../../components/RelativeTime';
import { ShowMore } from '../../ui/ShowMore';
import { advice } from './components';
import classes from './VerdictSection.module.css';

const appearances: Record<Verdict, { icon: TablerIcon; text: string }> = {
  OK: { icon: IconShieldCheck, text: 'All is well.' },
  WARNING: { icon: IconAlertTriangle, text: 'Work goes on, but something needs attention.' },
  CRITICAL: { icon: IconUrgent, text: 'Work is held up, or about to be.' },
};

/** The verdict as text, since when, and why with what can be done, the worst first. */
export function VerdictSection({ health, since }: { health: SystemHealth; since: string | null }) {
  const { verdict, reasons, version } = health;
  const { icon: Icon, text } = appearances[verdict];
  return (
    <section className={classes.verdict} data-verdict={verdict} aria-label="Verdict">
      <span className={classes.icon} aria-hidden>
        <Icon size={36} stroke={1.75} />
      </span>
      <div className={classes.words}>
        <div role="status">
          <p className={classes.word}>{verdict}</p>
          <p className={classes.summary}>{text}</p>
        </div>
        {since !== null && (
          <p className={classes.since}>
            for <Elapsed since={since} />
          </p>
        )}
        {reasons.length > 0 && <Reasons reasons={reasons} />}
      </div>
      <span className={classes.version}>Version {version}</span>
    </section>
  );
}

/** A fleet that loses its network has a reason for each runner, which would hide the rest of the page. */
const REASONS_AT_ONCE = 6;

const Reasons = ({ reasons }: Pick<SystemHealth, 'reasons'>) => (
  <ShowMore rows={reasons} noun="reasons" step={REASONS_AT_ONCE}>
    {(shown) => (
      <ul className={classes.reasons} aria-label="Reasons">
        {shown.map(({ code, severity, message }) => (
          <li key={`${code} ${message}`} data-severity={severity}>
            <span className={classes.severity}>{severity === 'CRITICAL' ? 'Critical' : 'Warning'}</span>
            <span>
              {message}
              {advice[code] !== undefined && <span className={classes.advice}> {advice[code]}</span>}
            </span>
          </li>
        ))}
      </ul>
    )}
  </ShowMore>
);
