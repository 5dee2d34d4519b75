/** Starts and stops Usher with the configuration from the environment. The only file with side effects. */
import "reflect-metadata";
import { migrations } from "../migrations/index.js";
import { startUsher } from "./app.js";
import { findKeyRingMistake } from "./app/load-key-ring.js";
import { readConfiguration } from "./config/configuration.js";
import { VERSION } from "./config/version.js";
import { findDatabaseUrlMistake } from "./platform/database/database-url.js";
import { createLogger } from "./platform/telemetry/logger.js";

/** Shorter than the 30 seconds after which orchestrators usually kill a process. */
const STOP_LIMIT_MILLISECONDS = 25_000;
/** Long enough for a load balancer that asks `/readyz` every second or two to see that Usher is stopping. */
const DRAIN_MILLISECONDS = 3_000;

try {
  const configuration = readConfiguration(process.env, {
    databaseUrl: findDatabaseUrlMistake,
    keyRing: findKeyRingMistake,
  });
  const logger = createLogger({ level: configuration.logLevel, pretty: !configuration.production });
  logger.info({ version: VERSION, node: process.version }, "Usher is starting.");
  if (configuration.unknownVariables.length > 0)
    logger.warn(
      { variables: configuration.unknownVariables },
      "Usher does not know these variables. Check their names.",
    );
  const usher = await startUsher(configuration, migrations, logger);
  if (usher.newOperatorKey !== null) announceOperatorKey(usher.newOperatorKey);
  if (usher.firstOperatorLink !== null) announceFirstOperator(usher.firstOperatorLink);
  logger.info({ url: configuration.publicUrl, port: usher.port }, "Usher is ready.");

  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, "Stopping. Usher finishes open requests and takes no new ones.");
    const inTime = await usher.stop({
      limitMilliseconds: STOP_LIMIT_MILLISECONDS,
      drainMilliseconds: configuration.production ? DRAIN_MILLISECONDS : 0,
    });
    logger.info({ inTime }, "Stopped.");
    process.exit(inTime ? 0 : 1);
  };
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => void stop(signal));
} catch (error) {
  // The operator needs the sentence about the mistake, not a stack trace.
  process.stderr.write(`Usher cannot start. ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

/** Prints the key on the terminal and not into the log, because other people can read the log. */
function announceOperatorKey(key: string): void {
  process.stdout.write(
    `\nThis installation's operator key, shown this once:\n\n  ${key}\n\nIt gives access to every organization. Keep it, or set USHER_OPERATOR_KEY to a key of your own.\n\n`,
  );
}

/** Prints the link on the terminal and not into the log, because other people can read the log. */
function announceFirstOperator(url: string): void {
  process.stdout.write(
    `\nNo operator can sign in yet. Make the first operator's account with this link, shown this once. It works once, for 24 hours:\n\n  ${url}\n\n`,
  );
}
