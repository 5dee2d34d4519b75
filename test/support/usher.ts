/** A whole installation for tests, in this process, over real HTTP, on a database of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrations } from "../../migrations/index.js";
import { startUsher, type Replacements, type Usher } from "../../src/app.js";
import { findKeyRingMistake } from "../../src/app/load-key-ring.js";
import { readConfiguration } from "../../src/config/configuration.js";
import { findDatabaseUrlMistake } from "../../src/platform/database/database-url.js";
import { createLogger, type Logger } from "../../src/platform/telemetry/logger.js";
import { askGraphQL, findFreePort, type Answer } from "../../testing/ask.js";
import { migratedDatabaseUrl } from "./migrated-database.js";

export { askGraphQL, findFreePort, type Answer } from "../../testing/ask.js";

/** An operator key for tests; long enough for the configuration. */
export const OPERATOR_KEY = "usher_op_test_0123456789abcdefghijklmnopqrstuvwxyz";
/** A key ring for tests. */
export const TEST_KEY_RING = `test:${Buffer.alloc(32, 7).toString("base64")}`;

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

export interface TestUsherOptions extends Replacements {
  /** Further environment variables; these win. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly logger?: Logger;
  /** Another installation's database, to be a second replica of it. */
  readonly databaseUrl?: string;
}

/** Starts an installation on a free port. Providers on 127.0.0.1 and localhost may be reached. */
export async function startTestUsher(options: TestUsherOptions = {}): Promise<TestUsher> {
  const { environment: further = {}, logger, databaseUrl, ...replacements } = options;
  const dataDirectory = await mkdtemp(join(tmpdir(), "usher-data-"));
  const database =
    databaseUrl === undefined ? await migratedDatabaseUrl() : { url: databaseUrl, remove: async () => {} };
  const port = await findFreePort();
  const environment = {
    NODE_ENV: "test",
    PORT: String(port),
    USHER_URL: `http://localhost:${port}`,
    DATABASE_URL: database.url,
    USHER_DATA_DIR: dataDirectory,
    USHER_KEY_RING: TEST_KEY_RING,
    USHER_OPERATOR_KEY: OPERATOR_KEY,
    USHER_ALLOWED_PRIVATE_HOSTS: "127.0.0.1,localhost",
    USHER_LOG_LEVEL: "error",
    ...further,
  };
  const configuration = readConfiguration(environment, {
    databaseUrl: findDatabaseUrlMistake,
    keyRing: findKeyRingMistake,
  });
  const clean = async () => {
    await database.remove();
    await rm(dataDirectory, { recursive: true, force: true });
  };
  let usher: Usher;
  try {
    usher = await startUsher(
      configuration,
      migrations,
      logger ?? createLogger({ level: configuration.logLevel, pretty: true }),
      replacements,
    );
  } catch (error) {
    await clean();
    throw error;
  }
  const { publicUrl: url } = configuration;
  const graphql: TestUsher["graphql"] = (query, variables, key = OPERATOR_KEY) =>
    askGraphQL(url, query, variables, key);
  return {
    url,
    databaseUrl: database.url,
    environment,
    graphql,
    ask: async (query, variables, key) => {
      const answer = await graphql(query, variables, key);
      if (answer.errors) throw new Error(JSON.stringify(answer.errors, null, 2));
      return answer.data;
    },
    stop: async () => {
      await usher.stop({ limitMilliseconds: 5_000 });
      await clean();
    },
  };
}
