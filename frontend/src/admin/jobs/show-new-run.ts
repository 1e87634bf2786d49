/** How long a new run may take to come in over the live connection. */
const TIMEOUT_MS = 5_000;
const OUTLINED_MS = 2_000;

/** Scrolls to the row of a run that was just queued, once the active list has it, and outlines it for a moment. */
export function showNewRun(jobRunId: string): void {
  const list = document.querySelector('.active-jobs');
  if (list === null) return;
  list.scrollIntoView({ block: 'start' });
  const outline = (): boolean => {
    const row = list.querySelector<HTMLElement>(`[data-run="${jobRunId}"]`);
    if (row === null) return false;
    row.scrollIntoView({ block: 'nearest' });
    row.toggleAttribute('data-new', true);
    setTimeout(() => row.removeAttribute('data-new'), OUTLINED_MS);
    return true;
  };
  if (outline()) return;
  const observer = new MutationObserver(() => outline() && observer.disconnect());
  observer.observe(list, { childList: true, subtree: true });
  setTimeout(() => observer.disconnect(), TIMEOUT_MS);
}
