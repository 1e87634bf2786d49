import type { ServicesContext } from '@job-manager/server';

/** What the jobs of this application use, made once in each process that runs them. */
export function services({ onClose }: ServicesContext) {
  let isOpen = true;
  onClose(() => {
    isOpen = false;
  });
  return { followers: { notify: async (article: number) => (isOpen ? article * 10 : 0) } };
}

declare module '@job-manager/server' {
  interface JobServices extends ReturnType<typeof services> {}
}
