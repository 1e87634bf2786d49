import type { AnyContractProcedure } from '@orpc/contract';
import { mount } from './mount';

type Query = Record<string, string | number | undefined>;

/** Where a call of the contract that answers a file can be downloaded by a plain link. */
export function downloadAddress(call: AnyContractProcedure, query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  const search = new URLSearchParams(given).toString();
  return `${mount}/api${call['~orpc'].route.path}${search && `?${search}`}`;
}
