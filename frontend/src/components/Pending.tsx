import { toFailure } from '../api/failure';
import { ErrorPanel } from '../ui/ErrorPanel';
import { RowSkeletons } from '../ui/RowSkeletons';

interface Props {
  query: { error: Error | null; failureCount?: number; refetch: () => unknown };
  /** The subject, as a sentence begins with it: "The queue". */
  what: string;
  /** Rows of the skeleton. */
  rows?: number;
  isDense?: boolean;
}

/** In place of what a call has not answered yet: a skeleton, or why there is nothing to show. */
export function Pending({ query, what, rows = 2, isDense = false }: Props) {
  const { error, refetch } = query;
  if (error === null) {
    const label = `Loading ${what.charAt(0).toLowerCase()}${what.slice(1)}`;
    return <RowSkeletons rows={rows} label={label} isDense={isDense} failures={query.failureCount} />;
  }
  return <ErrorPanel title={`${what} could not be loaded`} details={toFailure(error)} onRetry={() => void refetch()} />;
}
