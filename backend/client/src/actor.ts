/** Who acts, for the audit log; null fields for the product itself. */
export interface Actor {
  userId: number | null;
  email: string | null;
  ip: string | null;
  userAgent: string | null;
  /** The API token that acts, where no person does. */
  tokenId: string | null;
  /** What it is called, where that is known. */
  tokenName?: string;
}
