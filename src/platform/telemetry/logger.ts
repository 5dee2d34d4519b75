/** The log, on pino: one JSON line for each event, with secrets redacted. */
import { pino, type DestinationStream, type Logger as PinoLogger } from "pino";
import { redactText, redactValue } from "./redaction.js";

/** From most to least. `silent` is for tests. */
type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** Writes lines: a sentence that says what happened, and its data. */
export interface Logger {
  readonly debug: (data: object, message: string) => void;
  readonly info: (data: object, message: string) => void;
  readonly warn: (data: object, message: string) => void;
  readonly error: (data: object, message: string) => void;
  /** A logger that adds `bindings` to every line. */
  readonly child: (bindings: Record<string, unknown>) => Logger;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Lines for a person at a terminal instead of JSON. */
  readonly pretty?: boolean;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

/** Makes the log of a process. Pass an error as `error` in the data. */
export function createLogger({ level, pretty = false, destination }: LoggerOptions): Logger {
  const lines = destination ?? pino.destination({ dest: 1, sync: true });
  const root = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pretty ? { write: (line: string) => lines.write(renderForPeople(line)) } : lines,
  );
  return wrap(root, {});
}

function wrap(root: PinoLogger, bindings: object): Logger {
  const write = (level: "debug" | "info" | "warn" | "error") => (data: object, message: string) => {
    // Redaction copies the data, so a level that is switched off must not pay for it.
    if (root.isLevelEnabled(level)) {
      root[level](redactValue({ ...bindings, ...data }), redactText(message));
    }
  };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (more) => wrap(root, { ...bindings, ...more }),
  };
}

function renderForPeople(line: string): string {
  const { level, time, msg, error, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const details = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const clock = String(time).slice(11, 23);
  const stack = error === undefined ? "" : `\n  ${renderError(error).replaceAll("\n", "\n  ")}`;
  return `${clock} ${String(level).toUpperCase().padEnd(5)} ${[String(msg), ...details].join("  ")}${stack}\n`;
}

function renderError(error: unknown): string {
  if (typeof error !== "object" || error === null) {
    return String(error);
  }
  const { stack, cause } = error as { stack?: unknown; cause?: unknown };
  const own = typeof stack === "string" ? stack : JSON.stringify(error);
  return cause === undefined ? own : `${own}\ncaused by ${renderError(cause)}`;
}
