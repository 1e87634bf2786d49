import type { Page } from '@playwright/test';

export interface PageMemory {
  /** Of JavaScript, after everything without a reference was collected; in MB of 1,000,000 bytes. */
  heapMb: number;
  /** Of all documents, those that are on no page any more but still referred to included. */
  nodes: number;
}

/** What a page holds on to. */
export async function memoryOf(page: Page): Promise<PageMemory> {
  const session = await page.context().newCDPSession(page);
  // Objects freed by the first collection may have held others.
  for (let time = 0; time < 3; time += 1) await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { nodes } = await session.send('Memory.getDOMCounters');
  await session.detach();
  return { heapMb: usedSize / 1_000_000, nodes };
}
