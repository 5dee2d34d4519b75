/** Opens the database that a URL names. */
import type { OpenDatabase } from "./database.js";
import type { DataSourceParts } from "./create-data-source.js";
import { parseDatabaseUrl } from "./database-url.js";
import { reportOutages } from "./outages.js";

/** What `openDatabase` needs. */
export interface OpenDatabaseOptions extends DataSourceParts {
  /** `sqlite:PATH`, `mysql://…` or `mariadb://…`. */
  readonly url: string;
}

/**
 * Opens a database. Runs no migrations. What is asked of it while it is away or full fails with UNAVAILABLE.
 * @throws DatabaseUrlMistake for a URL that cannot be read, DatabaseInUseError when another process has the SQLite file
 *   open, and an Error with a sentence for an operator when a server cannot be used
 */
export async function openDatabase({ url, ...parts }: OpenDatabaseOptions): Promise<OpenDatabase> {
  const target = parseDatabaseUrl(url);
  // Imported here, so that a driver is loaded only by whoever needs it.
  if (target.kind === "sqlite") {
    const { openSqliteDatabase } = await import("./sqlite-database.js");
    return reportOutages(await openSqliteDatabase(target, parts), parts.logger);
  }
  const { openMysqlDatabase } = await import("./mysql-database.js");
  return reportOutages(await openMysqlDatabase(target, parts), parts.logger);
}
