/** A whole installation for tests, as tests see it: what `startTestUsher` takes and answers. */
import type { AnyConnectionType } from "../src/connection/contract/index.js";
import type { Answer } from "./ask.js";

export interface TestUsher {
  /** `http://localhost:PORT` */
  readonly url: string;
  readonly databaseUrl: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Sends a query or mutation; as the operator, unless another key or `null` for nobody is given. */
  readonly graphql: (query: string, variables?: Record<string, unknown>, key?: string | null) => Promise<Answer>;
  /** The same, but fails on errors and answers the data. */
  // any: the shape is what the query asked for
  readonly ask: (query: string, variables?: Record<string, unknown>, key?: string | null) => Promise<any>;
  readonly stop: () => Promise<void>;
}

export interface TestUsherOptions {
  /** The connection types of the installation, in place of Usher's own. */
  readonly connectionTypes?: readonly AnyConnectionType[];
  /** Further environment variables; these win. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A database that exists already, such as another installation's; a new SQLite file if absent. */
  readonly databaseUrl?: string;
}
