import type { JobDefinition } from '@job-manager/shared/contract/run';
import * as z from 'zod';

/** What a job's JSON Schema defines about one parameter, as far as a command line needs it. */
const parameterSchema = z
  .object({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    description: z.string().optional(),
    default: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    get items() {
      return parameterSchema.optional();
    },
    get anyOf() {
      return z.array(parameterSchema).optional();
    },
  })
  .loose();
type ParameterSchema = z.infer<typeof parameterSchema>;

const jobSchema = z.object({
  properties: z.record(z.string(), parameterSchema).default({}),
  required: z.array(z.string()).default([]),
});

export interface Parameter {
  name: string;
  isRequired: boolean;
  schema: ParameterSchema;
  /** The types a value may have, as JSON Schema names them; empty when anything goes. */
  types: string[];
}

/** A job's parameters, in the order in which it declares them. */
export function parametersOf(job: Pick<JobDefinition, 'parametersSchema'>): Parameter[] {
  const { properties, required } = jobSchema.parse(job.parametersSchema);
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    schema,
    isRequired: required.includes(name),
    types: typesOf(schema),
  }));
}

/** Of a schema with alternatives, all of their types. */
export function typesOf({ type, anyOf, enum: values }: ParameterSchema): string[] {
  if (typeof type === 'string') return [type];
  if (type) return type;
  if (values) return [...new Set(values.map((value) => (value === null ? 'null' : typeof value)))];
  return [...new Set((anyOf ?? []).flatMap(typesOf))];
}
