/** What workers are made of, and the measures by which they work. */
import type { Logger } from "../../platform/telemetry/logger.js";
import type { WebhookServices } from "../services.js";

export interface WorkerServices extends WebhookServices {
  readonly logger: Logger;
  /** Delays between the attempts of one delivery, in seconds; after the last one the endpoint is disabled. */
  readonly retryDelaysSeconds: readonly number[];
  readonly measures: WorkerMeasures;
}

export interface WorkerMeasures {
  /** How often to look for work where nobody has said that there is some. */
  readonly pollMs: number;
  /** How long a lease lasts without being renewed, several times `flushMs`: so long a dead worker's endpoints wait. */
  readonly leaseMs: number;
  /** How many endpoints one process serves at once. */
  readonly endpointsAtOnce: number;
  /** How many of them may be endpoints that fail: they hold their place longest, for nothing. */
  readonly failingAtOnce: number;
  /** How many of them may be of one organization: what it has many of must not be in everybody's way. */
  readonly endpointsOfOrganization: number;
  /** How long an endpoint is served before it has to let others pass. */
  readonly turnMs: number;
  /** After so many results, or so long, they are written down. */
  readonly flushResults: number;
  readonly flushMs: number;
  /** How many retries of one endpoint may be under way at once. */
  readonly retriesAtOnce: number;
  /** How long a stopping worker waits for attempts that are under way. */
  readonly stopMs: number;
}

export const DEFAULT_MEASURES: WorkerMeasures = {
  pollMs: 1_000,
  leaseMs: 15_000,
  endpointsAtOnce: 128,
  failingAtOnce: 64,
  endpointsOfOrganization: 48,
  turnMs: 20_000,
  flushResults: 100,
  flushMs: 2_000,
  retriesAtOnce: 4,
  stopMs: 5_000,
};

const FAILING_FROM = 3;

/** Whether an endpoint counts as failing after so many failures in a row. */
export const isFailing = (consecutiveFailures: number): boolean => consecutiveFailures >= FAILING_FROM;
