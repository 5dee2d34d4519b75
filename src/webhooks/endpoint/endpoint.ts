/** A webhook endpoint, in the house's own words. */

export const ENDPOINT_STATES = ["ACTIVE", "DISABLED"] as const;
export type EndpointState = (typeof ENDPOINT_STATES)[number];

/** Why an endpoint was put out of force. */
export const DISABLED_REASONS = ["ADMINISTRATOR", "GONE", "RETRIES_EXHAUSTED"] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

export interface WebhookEndpoint {
  readonly id: string;
  readonly organizationId: string;
  readonly url: string;
  /** `null` for all types, also those of later versions. */
  readonly eventTypes: readonly string[] | null;
  readonly state: EndpointState;
  readonly disabledReason: DisabledReason | null;
  readonly disabledAt: Date | null;
  /** Sealed. */
  readonly secret: string;
  readonly secretSetAt: Date;
  /** Sealed; signs beside `secret` until it ends. */
  readonly previousSecret: string | null;
  readonly previousSecretEndsAt: Date | null;
  /** How many first attempts may be under way at once; with 1 they arrive in sequence. */
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** How far delivering to an endpoint has come. */
export interface DeliveryProgress {
  /** The last event whose first attempt was made, or that the endpoint did not ask for. */
  readonly lastSequence: number;
  /** The last event of the organization's log. */
  readonly latestSequence: number;
  /** Deliveries that failed and are tried again. */
  readonly pendingRetries: number;
  readonly consecutiveFailures: number;
  /** The receiver asked for a pause until then. */
  readonly pausedUntil: Date | null;
}

export const DEFAULT_CONCURRENCY = 1;
export const LARGEST_CONCURRENCY = 16;
export const DEFAULT_TIMEOUT_SECONDS = 15;
export const LONGEST_TIMEOUT_SECONDS = 30;
/** An organization has at most so many. */
export const MAXIMUM_ENDPOINTS = 100;
