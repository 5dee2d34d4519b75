/** A webhook endpoint and its limits. */

export const ENDPOINT_STATES = ["ACTIVE", "DISABLED"] as const;
export type EndpointState = (typeof ENDPOINT_STATES)[number];

export const DISABLED_REASONS = ["ADMINISTRATOR", "GONE", "RETRIES_EXHAUSTED"] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

export interface WebhookEndpoint {
  readonly id: string;
  readonly organizationId: string;
  readonly url: string;
  /** `null` for all types, including those that later versions add. */
  readonly eventTypes: readonly string[] | null;
  readonly state: EndpointState;
  readonly disabledReason: DisabledReason | null;
  readonly disabledAt: Date | null;
  /** Sealed. */
  readonly secret: string;
  readonly secretSetAt: Date;
  /** Sealed. It signs as well, until `previousSecretEndsAt`. */
  readonly previousSecret: string | null;
  readonly previousSecretEndsAt: Date | null;
  /** How many first attempts may be in flight at once. With 1, events arrive in sequence. */
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** How far delivery to an endpoint has come. */
export interface DeliveryProgress {
  /** The last event that was attempted, or passed over because of its type. */
  readonly lastSequence: number;
  /** The last event of the organization's log. */
  readonly latestSequence: number;
  /** Failed deliveries that will be retried. */
  readonly pendingRetries: number;
  readonly consecutiveFailures: number;
  /** Until when the receiver asked for a pause. */
  readonly pausedUntil: Date | null;
}

export const DEFAULT_CONCURRENCY = 1;
export const LARGEST_CONCURRENCY = 16;
export const DEFAULT_TIMEOUT_SECONDS = 15;
export const LONGEST_TIMEOUT_SECONDS = 30;
/** For one organization. */
export const MAXIMUM_ENDPOINTS = 100;
