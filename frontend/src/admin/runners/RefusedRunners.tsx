import type { RunnerSubject } from './runner-subject';

interface Props {
  refused: readonly { runnerId: string; reason: string }[];
  runners: readonly RunnerSubject[];
}

/** Those that a command would leave out, and why. */
export function RefusedRunners({ refused, runners }: Props) {
  if (refused.length === 0) return null;
  const nameOf = (id: string) => runners.find((runner) => runner.id === id)?.name ?? id;
  return (
    <ul>
      {refused.map(({ runnerId, reason }) => (
        <li key={runnerId}>
          {nameOf(runnerId)} is left out: {reason}
        </li>
      ))}
    </ul>
  );
}
