/** Every migration, oldest first. Append-only: a migration that has been released is never edited. */
import type { MigrationClass } from "../src/platform/database/create-data-source.js";

export const migrations: readonly MigrationClass[] = [];
