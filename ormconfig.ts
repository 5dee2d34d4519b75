/**
 * The data source for the TypeORM command line, on the database that DATABASE_URL names. Build first, then for example
 * `npx typeorm migration:show --dataSource dist/ormconfig.js`. On SQLite revert with `--transaction none`: in a
 * transaction, rebuilding a parent table deletes its children.
 */
import "reflect-metadata";
import { entities } from "./src/entities.js";
import { migrations } from "./migrations/index.js";
import { createDataSource } from "./src/platform/database/create-data-source.js";
import { parseDatabaseUrl } from "./src/platform/database/database-url.js";

const url = process.env["DATABASE_URL"] ?? "sqlite:./data/usher.sqlite";

const dataSource = await createDataSource(parseDatabaseUrl(url), { entities, migrations });
// The command line prints through TypeORM's logger, which the application silences.
dataSource.setOptions({ logger: "simple-console" });

export default dataSource;
