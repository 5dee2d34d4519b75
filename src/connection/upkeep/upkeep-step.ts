/** One part of the upkeep of a connection, such as refreshing the provider's metadata. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Logger } from "../../platform/telemetry/logger.js";
import type { ConnectionServices } from "../services.js";
import type { Connection } from "../stored/connection.js";

/** The turn of a worker at one connection. */
export interface UpkeepTurn {
  readonly services: ConnectionServices;
  /** The connection as it was read at the begin of the turn. It was active then. */
  readonly connection: Connection;
  readonly logger: Logger;
  /** Aborts when Usher stops or the lease is about to end. */
  readonly signal: AbortSignal;
  /**
   * Whether this worker still has its lease. A step must ask this in each unit of work that may happen only once, such
   * as sending a mail, after it has locked the organization. The answer holds until the unit ends.
   */
  readonly isMine: (unit: UnitOfWork) => Promise<boolean>;
}

export interface UpkeepStep {
  /** The name of the step in the log. */
  readonly name: string;
  /**
   * Does the work if it is due, outside any unit. Steps run one after the other, and each step runs in every turn.
   * Returns the time by which the step must run again, or `null` if it sets no time.
   */
  readonly run: (turn: UpkeepTurn) => Promise<Date | null>;
}
