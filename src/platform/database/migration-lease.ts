/**
 * Lets only one replica at a time migrate a MySQL or MariaDB database. The replica holds a lease: a row with an expiry. It
 * takes the lease by an update that commits at once. GET_LOCK and row locks do not work here, because a Galera cluster keeps
 * both local to a node. The lease of a killed replica expires.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { isRetryable } from "./driver-errors.js";

/**
 * Seconds until a lease expires unless it is renewed. If a statement takes longer, another replica may take the lease and
 * continue.
 */
const LEASE_SECONDS = 30;
const ASK_AGAIN_MILLISECONDS = 200;
const WAIT_MILLISECONDS = 600_000;

/** Another replica holds the lease, because this one did not renew it in time. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
}

/** Runs one statement and returns how many rows it matched. */
export type Execute = (sql: string, parameters?: readonly unknown[]) => Promise<number>;

/** The right to migrate, until it expires. */
export interface MigrationLease {
  /**
   * Renews the lease. Inside a transaction, other replicas cannot take it before the transaction ends.
   * @throws LeaseLostError
   */
  readonly renew: () => Promise<void>;
  readonly release: () => Promise<void>;
}

/**
 * Waits for the lease, for ten minutes at most.
 * @throws Error when other replicas hold it for longer
 */
export async function acquireMigrationLease(execute: Execute): Promise<MigrationLease> {
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
      if (held === 0) throw new LeaseLostError("Another process continues the migrations.");
    },
    release: async () => {
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
      // On a cluster, if two replicas take the lease at the same moment, the commit of one of them fails.
      if (isRetryable(error)) return false;
      throw error;
    }
  }
}
