/** An order to send events to an endpoint again, and its progress. */

const REDELIVERY_STATES = ["RUNNING", "FINISHED"] as const;
export type RedeliveryState = (typeof REDELIVERY_STATES)[number];

export interface Redelivery {
  readonly id: string;
  readonly endpointId: string;
  readonly state: RedeliveryState;
  /** `null` when the order is for a range of the log. */
  readonly eventIds: readonly string[] | null;
  readonly fromSequence: number;
  readonly toSequence: number;
  /** The last sequence that was sent, or passed over because of its type. */
  readonly position: number;
  readonly total: number;
  readonly attempted: number;
  readonly succeeded: number;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}
