import { type ComponentType, lazy } from 'react';
import { loadCode } from '../api/panel-version';

/** A failure counts this long: React draws a failed part again at once, and that must not load it in a circle. */
const FAILED_FOR_MS = 500;

/**
 * A part whose code is loaded when it is first shown. Code that an upgraded server no longer has leads to a reload.
 * Unlike with React's `lazy` alone, a load that failed because the server was away for a moment is tried again the
 * next time the part is shown.
 */
export function loadable<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  now = () => Date.now(),
): ComponentType<Props> {
  let failedAt: number | null = null;
  const attempt = () =>
    lazy(async () => {
      try {
        return { default: await loadCode(load) };
      } catch (error) {
        failedAt = now();
        throw error;
      }
    });
  let Part = attempt();
  return function Loadable(props: Props) {
    if (failedAt !== null && now() - failedAt > FAILED_FOR_MS) {
      failedAt = null;
      Part = attempt();
    }
    return <Part {...props} />;
  };
}
