/** Opens the database of a URL. */
import type { OpenDatabase } from "./database.js";
import type { DataSourceParts } from "./create-data-source.js";
import { parseDatabaseUrl } from "./database-url.js";
import { reportOutages } from "./outages.js";

export interface OpenDatabaseOptions extends DataSourceParts {
  /** `sqlite:PATH`, `mysql://…` or `mariadb://…`. */
  readonly url: string;
}

/**
 * Opens a database, without running migrations. Queries fail with UNAVAILABLE while it is down or full.
 * @throws DatabaseUrlMistake for a URL that cannot be read, DatabaseInUseError when another process has the SQLite file
 *   open, and Error with a sentence for an operator when a server cannot be used
 */
export async function openDatabase({ url, ...parts }: OpenDatabaseOptions): Promise<OpenDatabase> {
  const target = parseDatabaseUrl(url);
  // Imported here, so that only the driver in use is loaded.
  if (target.kind === "sqlite") {
    const { openSqliteDatabase } = await import("./sqlite-database.js");
    return reportOutages(await openSqliteDatabase(target, parts), parts.logger);
  }
  const { openMysqlDatabase } = await import("./mysql-database.js");
  return reportOutages(await openMysqlDatabase(target, parts), parts.logger);
}
