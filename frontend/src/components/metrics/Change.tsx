import classes from './metrics.module.css';

interface Props {
  now: number | null;
  before: number | null;
  /** More of it is good news, bad news, or neither. */
  more: 'good' | 'bad' | 'neutral';
  /** As a share of what it was, or as the difference. */
  as?: 'share' | 'difference';
  /** When it was that. */
  when?: string;
}

/** How a figure compares with an earlier one: `▲ 8 %`, `▼ 3`, `= 0 %`; nothing where that is not known. */
export function Change({ now, before, more, as = 'share', when = 'in the period before' }: Props) {
  if (now === null || before === null) return null;
  const difference = now - before;
  const way = Math.sign(difference);
  const isGood = more === 'neutral' || way === 0 ? undefined : way > 0 === (more === 'good');
  const amount =
    before === 0 || as === 'difference'
      ? Math.abs(difference).toLocaleString('en')
      : `${Math.round((Math.abs(difference) / before) * 100)} %`;
  const [mark, word] = way > 0 ? ['▲', 'more'] : way < 0 ? ['▼', 'fewer'] : ['=', ''];
  return (
    <span className={classes.change} data-good={isGood} title={`${before.toLocaleString('en')} ${when}`}>
      <span aria-hidden>{`${mark} ${amount}`}</span>
      <span className="visually-hidden">{way === 0 ? `as many as ${when}` : `${amount} ${word} than ${when}`}</span>
    </span>
  );
}
