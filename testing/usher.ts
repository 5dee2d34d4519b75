/** Starts a whole installation for tests in this process, with real HTTP and a SQLite database of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrations } from "../migrations/index.js";
import { startUsher, type Replacements, type Usher } from "../src/app.js";
import { findKeyRingMistake } from "../src/app/load-key-ring.js";
import { readConfiguration } from "../src/config/configuration.js";
import { findDatabaseUrlMistake } from "../src/platform/database/database-url.js";
import { createLogger, type Logger } from "../src/platform/telemetry/logger.js";
import { askGraphQL, findFreePort } from "./ask.js";
import type { TestUsher, TestUsherOptions } from "./test-usher.js";

/** An operator key for tests, long enough for the configuration. */
export const OPERATOR_KEY = "usher_op_test_0123456789abcdefghijklmnopqrstuvwxyz";
/** A key ring for tests. */
export const TEST_KEY_RING = `test:${Buffer.alloc(32, 7).toString("base64")}`;

interface FurtherOptions extends Replacements, TestUsherOptions {
  readonly logger?: Logger;
}

/** Starts an installation on a free port. It can reach providers on 127.0.0.1 and localhost. */
export async function startTestUsher(options: FurtherOptions = {}): Promise<TestUsher> {
  const { environment: further = {}, logger, databaseUrl, ...replacements } = options;
  const dataDirectory = await mkdtemp(join(tmpdir(), "usher-data-"));
  const port = await findFreePort();
  const environment = {
    NODE_ENV: "test",
    PORT: String(port),
    USHER_URL: `http://localhost:${port}`,
    DATABASE_URL: databaseUrl ?? `sqlite:${join(dataDirectory, "usher.sqlite")}`,
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
  const clean = () => rm(dataDirectory, { recursive: true, force: true });
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
    databaseUrl: configuration.databaseUrl,
    environment,
    firstOperatorLink: usher.firstOperatorLink,
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
