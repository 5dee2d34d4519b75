/** The database as operations use it: reads of committed data, and units of work. */
import type { Reader } from "../platform/database/database.js";
import type { Begin } from "./unit-of-work.js";

export interface Store {
  readonly reader: Reader;
  readonly begin: Begin;
}
