/** One request to be sent exactly so. */
export interface FuzzCall {
  /** The call of the contract it is made from. */
  name: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer;
  /** Whether it was meant to be right, so that its answer must be as the contract defines. */
  isMeantWell: boolean;
}
