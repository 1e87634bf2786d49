import { setTimeout as delay } from 'node:timers/promises';
import type { BrowserContext, Page } from '@playwright/test';
import { type Bench, openJobsPage } from './bench.js';
import type { Part } from './figure.js';

const WATCHED_MS = 20_000;
/** After opening, tabs still load and exchange messages; then they are idle. */
const SETTLE_MS = 2_500;
const TABS = [0, 1, 10];
/** Maintenance statements that fall into one count and not into another run less often than this. */
const OFTEN = 4;

interface Watch {
  tabs: number;
  /** Statements by their text. */
  statements: Map<string, number>;
  queries: number;
  requests: number;
  /** Messages that came over the tabs' sockets. */
  messages: number;
}

/**
 * What idle tabs cost. One poll a second is shared by all of them, so ten cost what one does. The maintenance of
 * server and runner have timers of their own and differ by one or two from one count to the next, so the
 * statement that grew most is reported: a query of each tab's own, even one in twenty seconds, would show as 1.
 */
export const idleTabs: Part = {
  id: 'idle-tabs',
  measure: async (bench) => {
    await bench.pool.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    const context = await bench.openContext();
    try {
      const watches: Watch[] = [];
      for (const tabs of TABS) watches.push(await watch(bench, context, tabs));
      return figuresOf(watches);
    } finally {
      await context.close();
    }
  },
};

function figuresOf(watches: Watch[]) {
  const [none, one, many] = watches;
  if (!none || !one || !many) throw new Error('Three counts make the comparison');
  const perSecond = (queries: number) => (queries / (WATCHED_MS / 1_000)).toFixed(2);
  const growth = [...many.statements].map(([text, calls]) => calls - (one.statements.get(text) ?? 0));
  const shared = [...one.statements].filter(([text, calls]) => calls >= OFTEN && !none.statements.has(text));
  return [
    {
      name: `Queries of each further idle tab in ${WATCHED_MS / 1_000} s`,
      value: Math.max(0, ...growth) / (many.tabs - one.tabs),
      unit: '',
      most: 0.5,
      details: [
        ...watches.map(
          ({ tabs, queries }) => `${tabs} tabs: ${perSecond(queries)} queries per second, all of server and runner`,
        ),
        ...shared.map(([text, calls]) => `only while a tab is open: ${perSecond(calls)} per second, ${headOf(text)}`),
      ],
    },
    {
      name: `HTTP requests of idle tabs in ${WATCHED_MS / 1_000} s`,
      value: one.requests + many.requests,
      unit: '',
      most: 0,
      details: [`over the sockets of ${many.tabs} tabs: ${many.messages} messages`],
    },
  ];
}

async function watch(bench: Bench, context: BrowserContext, tabs: number): Promise<Watch> {
  let requests = 0;
  let messages = 0;
  const countRequest = () => {
    requests += 1;
  };
  const countSocket = (page: Page) =>
    page.on('websocket', (socket) =>
      socket.on('framereceived', () => {
        messages += 1;
      }),
    );
  context.on('page', countSocket);
  while (context.pages().length < tabs) await openJobsPage(context);
  context.off('page', countSocket);
  await delay(SETTLE_MS);
  messages = 0;
  context.on('request', countRequest);
  await bench.pool.query('SELECT pg_stat_statements_reset()');
  await delay(WATCHED_MS);
  const statements = await readStatements(bench);
  context.off('request', countRequest);
  const queries = [...statements.values()].reduce((total, calls) => total + calls, 0);
  return { tabs, statements, queries, requests, messages };
}

async function readStatements({ pool }: Bench): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ query: string; calls: number }>(
    `SELECT query, sum(calls)::int AS calls FROM pg_stat_statements
     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND query NOT LIKE '%pg_stat_statements%' GROUP BY query`,
  );
  return new Map(rows.map(({ query, calls }) => [query, calls]));
}

const headOf = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 60);
