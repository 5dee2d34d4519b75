/** An order to send part of the log to an endpoint once more, in the house's own words. */

const REDELIVERY_STATES = ["RUNNING", "FINISHED"] as const;
export type RedeliveryState = (typeof REDELIVERY_STATES)[number];

export interface Redelivery {
  readonly id: string;
  readonly endpointId: string;
  readonly state: RedeliveryState;
  /** `null` for a range of the log. */
  readonly eventIds: readonly string[] | null;
  readonly fromSequence: number;
  readonly toSequence: number;
  /** The last sequence that was dealt with. */
  readonly position: number;
  readonly total: number;
  readonly attempted: number;
  readonly succeeded: number;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}
