import { type DefaultRenderer, Listr, type ListrTask, PRESET_TIMER, type SimpleRenderer } from 'listr2';

/** Shows what a phase does now: below it on a terminal, as a line elsewhere. */
export type ShowDetail = (detail: string) => void;

export interface Phase {
  title: string;
  /** Its work, or the phases it consists of, one after the other. A text returned replaces the title. */
  // biome-ignore lint/suspicious/noConfusingVoidType: work may return a title or simply end
  work: ((showDetail: ShowDetail) => Promise<string | void>) | Phase[];
}

/** Runs phases side by side and shows what each does and how long it took. Rejects with the first failure. */
export async function runPhases(phases: Phase[]): Promise<void> {
  let failure: unknown;
  const onFailure = (error: unknown) => {
    failure ??= error;
  };
  const list = new Listr<unknown, 'default', 'simple'>(
    phases.map((phase) => toTask(phase, onFailure)),
    {
      concurrent: true,
      // Stopping is the caller's: listr2 would end the process on the spot.
      registerSignalListeners: false,
      rendererOptions: { timer: PRESET_TIMER, collapseSubtasks: false, showErrorMessage: false },
      fallbackRenderer: 'simple',
      fallbackRendererOptions: { timer: PRESET_TIMER },
    },
  );
  await list.run().catch((error) => {
    throw failure ?? error;
  });
}

function toTask(
  { title, work }: Phase,
  onFailure: (error: unknown) => void,
): ListrTask<unknown, typeof DefaultRenderer, typeof SimpleRenderer> {
  return {
    title,
    task: async (_context, task) => {
      if (Array.isArray(work))
        return task.newListr(
          work.map((phase) => toTask(phase, onFailure)),
          { concurrent: false },
        );
      const showDetail: ShowDetail = (detail) => {
        task.output = detail;
      };
      const done = await work(showDetail).catch((error) => {
        onFailure(error);
        // The caller reports the failure; here only its phase is marked.
        throw new Error('see below');
      });
      if (done) task.title = done;
      return undefined;
    },
  };
}
