/** The dependencies of a worker, and its limits. */
import type { Logger } from "../../platform/telemetry/logger.js";
import type { WebhookServices } from "../services.js";

export interface WorkerServices extends WebhookServices {
  readonly logger: Logger;
  /** Delays between the attempts of one delivery, in seconds. The endpoint is disabled after the last one. */
  readonly retryDelaysSeconds: readonly number[];
  readonly settings: WorkerSettings;
}

export interface WorkerSettings {
  /** How often to look for work when nothing wakes the worker. */
  readonly pollMs: number;
  /**
   * How long a lease lasts without renewal; several times `flushMs`. When a worker dies, its endpoints wait this long for
   * another worker.
   */
  readonly leaseMs: number;
  /** How many endpoints one process serves at once. */
  readonly endpointsAtOnce: number;
  /** How many of these endpoints may be failing ones, which take longest and deliver nothing. */
  readonly failingAtOnce: number;
  /** How many of these endpoints may belong to one organization, so that no organization can hold up the others. */
  readonly endpointsOfOrganization: number;
  /** How long a turn of an endpoint lasts before other endpoints get their turns. */
  readonly turnMs: number;
  /** Outcomes are written after this many attempts or this time, whichever comes first. */
  readonly flushResults: number;
  readonly flushMs: number;
  /** How many retries of one endpoint may be in flight at once. */
  readonly retriesAtOnce: number;
  /** How long a stopping worker waits for attempts in flight. */
  readonly stopMs: number;
}

export const DEFAULT_WORKER_SETTINGS: WorkerSettings = {
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

/** Whether an endpoint with this many failures in a row counts as failing. */
export const isFailing = (consecutiveFailures: number): boolean => consecutiveFailures >= FAILING_FROM;
