/** The options and the result of `startTestUsher`. */
import type { AnyConnectionType } from "../src/connection/contract/index.js";
import type { Answer } from "./ask.js";

export interface TestUsher {
  /** `http://localhost:PORT` */
  readonly url: string;
  readonly databaseUrl: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The address with which the first operator makes their account; `null` if the database had one already. */
  readonly firstOperatorLink: string | null;
  /** Sends a query or mutation as the operator, or with a different API key. `null` sends no key. */
  readonly graphql: (query: string, variables?: Record<string, unknown>, key?: string | null) => Promise<Answer>;
  /** Like `graphql`, but returns the data, and throws if there are errors. */
  // any: the query decides the shape
  readonly ask: (query: string, variables?: Record<string, unknown>, key?: string | null) => Promise<any>;
  readonly stop: () => Promise<void>;
}

export interface TestUsherOptions {
  /** The connection types of the installation, instead of Usher's own. */
  readonly connectionTypes?: readonly AnyConnectionType[];
  /** Environment variables to add. They replace defaults of the same name. */
  readonly environment?: Readonly<Record<string, string>>;
  /** An existing database, such as that of a different installation. Defaults to a new SQLite file. */
  readonly databaseUrl?: string;
}
