import classes from './runners.module.css';

const WIDTH = 5;
const HEIGHT = 16;

/** Round trips of the last heartbeats as bars, a cross at the end where the runner is gone. The figures stand beside it. */
export function Pulse({ pulse, isLost }: { pulse: readonly (number | null)[]; isLost: boolean }) {
  const longest = Math.max(1, ...pulse.map((ms) => ms ?? 0));
  const width = (pulse.length + 2) * WIDTH;
  return (
    <svg
      className={classes.pulse}
      width={width}
      height={HEIGHT}
      role={isLost ? 'img' : undefined}
      aria-label={isLost ? 'Its heartbeats have ended' : undefined}
      aria-hidden={!isLost}
    >
      {pulse.map((ms, index) => {
        const height = ms === null ? 1 : Math.max(2, (ms / longest) * HEIGHT);
        // biome-ignore lint/suspicious/noArrayIndexKey: bars have no name but their place
        return <rect key={index} x={index * WIDTH} y={HEIGHT - height} width={WIDTH - 1} height={height} />;
      })}
      {isLost && <path d={`M${width - 9} 4l8 8m0 -8l-8 8`} className={classes.cross} />}
    </svg>
  );
}

/** The 95th percentile of the known round trips. */
export function p95Of(pulse: readonly (number | null)[]): number | null {
  const known = pulse.filter((ms) => ms !== null).sort((a, b) => a - b);
  return known[Math.ceil(known.length * 0.95) - 1] ?? null;
}
