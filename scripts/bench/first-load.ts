import { type Bench, JOBS_PAGE, SNAPSHOT } from './bench.js';
import type { Figure, Part } from './figure.js';
import { percentile } from './percentile.js';

const LOADS = 7;

/** Milliseconds since the navigation began, by the page's own clock. */
interface Load {
  firstPaint: number;
  /** The active section shows what the socket sent. */
  snapshot: number;
  /** A click on "Run New Job", made as soon as the snapshot was there, has opened the dialog. */
  dialog: number;
}

/** How soon a signed-in visitor with an empty cache can work with the main page. */
export const firstLoad: Part = {
  id: 'first-load',
  measure: async (bench) => {
    const loads: Load[] = [];
    for (let load = 0; load < LOADS; load += 1) loads.push(await loadOnce(bench));
    return [figureOf(loads)];
  },
};

function figureOf(loads: Load[]): Figure {
  const median = (key: keyof Load) =>
    Math.round(
      percentile(
        loads.map((load) => load[key]),
        50,
      ),
    );
  const all = loads.map((load) => Math.round(load.dialog)).join(', ');
  return {
    name: 'First load of /admin/jobs until interactive, median',
    value: median('dialog'),
    unit: 'ms',
    most: 1_500,
    details: [
      `first contentful paint ${median('firstPaint')}, active section ${median('snapshot')}, "Run New Job" answered ${median('dialog')} ms`,
      `each of ${loads.length} loads, empty cache: ${all} ms`,
    ],
  };
}

async function loadOnce(bench: Bench): Promise<Load> {
  const context = await bench.openContext();
  try {
    const page = await context.newPage();
    await page.addInitScript(watchLoad, SNAPSHOT);
    await page.goto(JOBS_PAGE);
    const times = await page.waitForFunction(() => (window as LoadWindow).benchLoad);
    return (await times.jsonValue()) as Load;
  } finally {
    await context.close();
  }
}

type LoadWindow = Window & typeof globalThis & { benchLoad?: Load };

/** Runs in the page, before anything of its own: outside, each check would cost a round trip between the processes. */
function watchLoad(snapshotSelector: string): void {
  let snapshot: number | undefined;
  const onChange = () => {
    if (snapshot === undefined) {
      const button = [...document.querySelectorAll('button')].find((each) => each.textContent === 'Run New Job');
      if (!button || !document.querySelector(snapshotSelector)) return;
      snapshot = performance.now();
      button.click();
    }
    if (!document.querySelector('[role=dialog] form, [role=dialog] input')) return;
    observer.disconnect();
    requestAnimationFrame(() => finish(snapshot ?? 0));
  };
  const finish = (snapshotAt: number) => {
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    (window as LoadWindow).benchLoad = {
      firstPaint: paint?.startTime ?? Number.NaN,
      snapshot: snapshotAt,
      dialog: performance.now(),
    };
  };
  const observer = new MutationObserver(onChange);
  observer.observe(document, { childList: true, subtree: true });
}
