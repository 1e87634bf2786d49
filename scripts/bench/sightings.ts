/** Something that can be seen of a run, such as `12 appears`, and when, in milliseconds since 1970. */
export interface Sighting {
  fact: string;
  at: number;
}

export type SightingWindow = Window &
  typeof globalThis & {
    /** When each fact was first on screen. */
    benchSeen?: Map<string, number>;
    /** When the page's socket first received it. */
    benchReceived?: Map<string, number>;
  };

/**
 * Runs in the page before its own scripts: records when its socket received each fact, so that transport and drawing
 * can be measured separately.
 */
export function recordReceived(): void {
  const received = new Map<string, number>();
  (window as SightingWindow).benchReceived = received;
  const factsOf = (type: string, run: { id: string; progressMessage: string | null }): string[] => {
    if (type === 'server.admin.job_completed') return [`${run.id} appears`, `${run.id} starts`, `${run.id} ends`];
    if (type === 'server.admin.job_queued') return [`${run.id} appears`];
    return [`${run.id} appears`, `${run.id} starts`, `${run.id} ${run.progressMessage}`];
  };
  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('message', ({ data }) => {
        const at = performance.timeOrigin + performance.now();
        const message = JSON.parse(String(data));
        if (!message.data.run) return;
        for (const fact of factsOf(message.type, message.data.run)) if (!received.has(fact)) received.set(fact, at);
      });
    }
  };
}

/**
 * Runs in the page: notes when each fact about a run was first on screen, which is the end of the first frame
 * that begins after the document changed. A change made inside a frame is seen a frame earlier than noted.
 */
export function watchRuns(): void {
  const seen = new Map<string, number>();
  const known = new Set<string>();
  const onChange = () => {
    const fresh = [...document.querySelectorAll('.active-jobs li[data-run]')]
      .flatMap((row) => factsOf(row as HTMLElement))
      .filter((fact) => !known.has(fact));
    if (fresh.length === 0) return;
    for (const fact of fresh) known.add(fact);
    requestAnimationFrame(() => {
      // Handled after the frame: the first moment at which its pixels are on their way.
      const painted = new MessageChannel();
      painted.port1.onmessage = () => {
        const at = performance.timeOrigin + performance.now();
        for (const fact of fresh) seen.set(fact, at);
      };
      painted.port2.postMessage(null);
    });
  };
  const factsOf = (row: HTMLElement): string[] => {
    const { run, state } = row.dataset;
    const isOver = state === 'ended';
    const facts = [`${run} appears`];
    if (isOver || row.querySelector('[role=progressbar]')) facts.push(`${run} starts`);
    if (isOver) facts.push(`${run} ends`);
    // A newer report on screen stands for the ones before it.
    const newest = Number(/report (\d+)/.exec(row.textContent ?? '')?.[1] ?? 0);
    for (let report = 1; report <= newest; report += 1) facts.push(`${run} report ${report}`);
    return facts;
  };
  (window as SightingWindow).benchSeen = seen;
  const section = document.querySelector('.active-jobs');
  if (!section) throw new Error('The page has no active section');
  new MutationObserver(onChange).observe(section, {
    attributes: true,
    characterData: true,
    childList: true,
    subtree: true,
  });
}
