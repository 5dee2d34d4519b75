/**
 * Replicas on one MySQL or MariaDB database take turns at migrating, by a lease: one row with an expiry, taken by a
 * conditional update that commits at once. GET_LOCK and held row locks would not do: on a Galera cluster both are local
 * to a node. A replica that is killed loses its turn by time.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { asksForRepetition } from "./driver-errors.js";

/** How long a turn lasts without being renewed. A statement that takes longer may be finished by another replica. */
const LEASE_SECONDS = 30;
const ASK_AGAIN_MILLISECONDS = 200;
/** How long a replica waits for the others, in milliseconds. */
const WAIT_MILLISECONDS = 600_000;

/** Another replica took the turn, because it was not renewed in time. */
export class TurnLostError extends Error {
  override readonly name = "TurnLostError";
}

/** Runs one statement and answers how many rows it matched. */
export type Execute = (sql: string, parameters?: readonly unknown[]) => Promise<number>;

/** The right to migrate. */
export interface MigrationTurn {
  /**
   * Prolongs the turn. Within a transaction it also keeps others from taking it until the end.
   * @throws TurnLostError
   */
  readonly renew: () => Promise<void>;
  /** Gives the turn to the next replica. */
  readonly leave: () => Promise<void>;
}

/**
 * Waits for the turn, for ten minutes at most.
 * @throws Error when other replicas keep the turn for longer
 */
export async function takeMigrationTurn(execute: Execute): Promise<MigrationTurn> {
  const holder = randomUUID();
  const until = `UTC_TIMESTAMP(3) + INTERVAL ${LEASE_SECONDS} SECOND`;
  await execute(
    `CREATE TABLE IF NOT EXISTS migration_turn
       (id int NOT NULL PRIMARY KEY, holder varchar(36) NOT NULL, expires_at datetime(3) NOT NULL)`,
  );
  const deadline = Date.now() + WAIT_MILLISECONDS;
  while (!(await take())) {
    if (Date.now() > deadline) throw new Error("Other processes have been migrating this database for ten minutes.");
    await pause(ASK_AGAIN_MILLISECONDS);
  }
  return {
    renew: async () => {
      const held = await execute(`UPDATE migration_turn SET expires_at = ${until} WHERE id = 1 AND holder = ?`, [
        holder,
      ]);
      if (held === 0) throw new TurnLostError("Another process goes on with the migrations.");
    },
    leave: async () => {
      await execute(
        "UPDATE migration_turn SET holder = '', expires_at = UTC_TIMESTAMP(3) WHERE id = 1 AND holder = ?",
        [holder],
      );
    },
  };

  async function take(): Promise<boolean> {
    try {
      await execute("INSERT IGNORE INTO migration_turn (id, holder, expires_at) VALUES (1, '', '1970-01-02')");
      const taken = await execute(
        `UPDATE migration_turn SET holder = ?, expires_at = ${until} WHERE id = 1 AND expires_at <= UTC_TIMESTAMP(3)`,
        [holder],
      );
      return taken === 1;
    } catch (error) {
      // On a cluster, of two that take the turn at the same moment one is refused when it commits.
      if (asksForRepetition(error)) return false;
      throw error;
    }
  }
}
