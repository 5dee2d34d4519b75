/**
 * Turns outages of the database (down, full, overloaded, retries used up) into the failure UNAVAILABLE, and logs one
 * line every few seconds instead of a stack for each request.
 */
import { Failure, UNAVAILABLE } from "../errors/failure.js";
import type { DatabaseLogger } from "./create-data-source.js";
import type { OpenDatabase, Reader } from "./database.js";
import { isDiskFull, isOutage } from "./driver-errors.js";
import { readFirst } from "./reader.js";

const RETRY_AFTER_SECONDS = 5;
const LOG_EVERY_MILLISECONDS = 10_000;
/** Enough rows to need more space than a full file or table may have left. */
const PROBE_ROWS = 8;
const PROBE_CHARACTERS = 8_000;

/** The same database with outages as UNAVAILABLE. `ping` also fails while the disk is full. */
export function reportOutages(database: OpenDatabase, logger: DatabaseLogger | undefined): OpenDatabase {
  let quietUntil = 0;
  let isFull = false;

  const explain = (error: unknown): unknown => {
    if (!isOutage(error)) return error;
    isFull ||= isDiskFull(error);
    if (Date.now() >= quietUntil) {
      quietUntil = Date.now() + LOG_EVERY_MILLISECONDS;
      logger?.warn({ reason: (error as Error).message }, "The database cannot be used. Requests get UNAVAILABLE.");
    }
    return new Failure(UNAVAILABLE, { retryAfterSeconds: RETRY_AFTER_SECONDS }, { cause: error });
  };
  const rows: Reader["rows"] = async (sql, parameters) => {
    try {
      return await database.reader.rows(sql, parameters);
    } catch (error) {
      throw explain(error);
    }
  };

  return {
    ...database,
    reader: { dialect: database.dialect, rows, row: readFirst(rows) },
    transact: async (work, options) => {
      try {
        return await database.transact(work, options);
      } catch (error) {
        throw explain(error);
      }
    },
    ping: async () => {
      await database.ping();
      if (!isFull) return;
      await probeDisk(database);
      isFull = false;
    },
  };
}

/** Only a write shows whether the disk has space again. */
async function probeDisk({ transact }: OpenDatabase): Promise<void> {
  await transact(async ({ execute }) => {
    await execute(`CREATE TABLE IF NOT EXISTS disk_probe (content varchar(${PROBE_CHARACTERS}))`);
    for (let row = 0; row < PROBE_ROWS; row += 1)
      await execute("INSERT INTO disk_probe (content) VALUES (?)", ["x".repeat(PROBE_CHARACTERS)]);
  });
  await transact(({ execute }) => execute("DROP TABLE disk_probe"));
}
