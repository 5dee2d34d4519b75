/**
 * The demonstration: Usher with stand-in identity providers in the same process, and an organization with a connection to each,
 * people, groups, courses and a key. Each start begins with an empty database in a data folder of its own.
 */
import "reflect-metadata";
import { join } from "node:path";
import { migrations } from "../migrations/index.js";
import { startUsher } from "../src/app.js";
import { findKeyRingMistake } from "../src/app/load-key-ring.js";
import { readConfiguration } from "../src/config/configuration.js";
import { findDatabaseUrlMistake } from "../src/platform/database/database-url.js";
import { createLogger } from "../src/platform/telemetry/logger.js";
import { findFreePort } from "../testing/ask.js";
import { prepareDemo } from "./prepare-demo.js";
import { startProviders } from "./providers.js";
import { removeEarlierDemo } from "./remove-earlier.js";

const STOP_LIMIT_MILLISECONDS = 5_000;

try {
  const dataDirectory = join(process.env["USHER_DATA_DIR"] ?? "./data", "demo");
  const databasePath = join(dataDirectory, "usher.sqlite");
  await removeEarlierDemo(databasePath);
  const providers = await startProviders();
  const configuration = readConfiguration(
    {
      USHER_LOG_LEVEL: "warn",
      ...process.env,
      NODE_ENV: "development",
      // The providers redirect to an address with the port, so the port must be known before they start.
      ...(process.env["PORT"] === "0" ? { PORT: String(await findFreePort()) } : {}),
      DATABASE_URL: `sqlite:${databasePath}`,
      USHER_DATA_DIR: dataDirectory,
      USHER_ALLOWED_PRIVATE_HOSTS: providers.map(({ origin }) => new URL(origin).host).join(","),
      ...Object.assign({}, ...providers.map(({ environment }) => environment)),
    },
    { databaseUrl: findDatabaseUrlMistake, keyRing: findKeyRingMistake },
  );
  const logger = createLogger({ level: configuration.logLevel, pretty: true });
  const usher = await startUsher(configuration, migrations, logger);
  const operatorKey = usher.newOperatorKey ?? configuration.operatorKey;
  if (operatorKey === null) throw new Error("the demonstration has no operator key");
  const instructions = await prepareDemo(configuration.publicUrl, operatorKey, providers);
  process.stdout.write(instructions);

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await usher.stop({ limitMilliseconds: STOP_LIMIT_MILLISECONDS });
    await Promise.all(providers.map((provider) => provider.close()));
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => void stop());
} catch (error) {
  process.stderr.write(`The demonstration cannot start. ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
