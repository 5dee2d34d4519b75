/** A request to link a person at a provider to an account that exists. */

const LINK_REQUEST_STATES = ["PENDING", "APPROVED", "REJECTED"] as const;
export type LinkRequestState = (typeof LINK_REQUEST_STATES)[number];

export interface LinkRequest {
  readonly id: string;
  readonly organizationId: string;
  readonly connectionId: string;
  /** The account that the person would be linked to. */
  readonly userId: string;
  readonly issuer: string;
  readonly subject: string;
  /** The address that the provider sent. */
  readonly email: string | null;
  readonly state: LinkRequestState;
  /** The id of the user or API key that answered; `null` if nobody has. */
  readonly decidedBy: string | null;
  readonly createdAt: Date;
  readonly decidedAt: Date | null;
}
