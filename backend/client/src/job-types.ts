import type { RunRequest } from './request.js';

/** The input type that a schema declares, as zod and every other library of the standard schema do. */
interface SchemaOf<Input> {
  readonly '~standard': { readonly types?: { readonly input: Input } | undefined };
}

/** Untyped jobs: any name, with any parameters. */
export type AnyJobs = Record<string, Record<string, unknown>>;

/**
 * The parameters of each job by its name, from a list of what `defineJob` returned (`typeof jobs`). A type that has names
 * with parameters stays as it is, for programs without the code of the jobs.
 */
export type JobParameters<Jobs extends object> = Jobs extends readonly (infer Job)[]
  ? { [One in Job as NameOf<One>]: InputOf<One> }
  : Jobs;

type NameOf<Job> = Job extends { readonly name: infer Name extends string } ? Name : never;
type InputOf<Job> = Job extends { readonly parameters: SchemaOf<infer Input> } ? Input : never;

/**
 * A request for one of these jobs: its name decides which parameters fit. They may be left out where none is required.
 */
export type RequestFor<Jobs extends object, Request extends { jobName: string } = RunRequest> = {
  [Name in keyof JobParameters<Jobs> & string]: Omit<Request, 'jobName' | 'parameters'> & {
    jobName: Name;
  } & ParametersField<JobParameters<Jobs>[Name]>;
}[keyof JobParameters<Jobs> & string];

type ParametersField<Parameters> =
  Record<never, never> extends Parameters ? { parameters?: Parameters | undefined } : { parameters: Parameters };
