import { parseAsString, useQueryState } from 'nuqs';

/** The runner whose drawer is open, as `host:pid`: `?runner=vm:29504`. */
export function useOpenedRunner() {
  const [name, set] = useQueryState('runner', parseAsString);
  return {
    name,
    open: (runner: string) => void set(runner, { history: 'push' }),
    close: () => void set(null, { history: 'push' }),
  };
}
