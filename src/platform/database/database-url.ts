/** Reads `DATABASE_URL`. Imports nothing, so that the configuration can check the value without loading a driver. */

export interface SqliteTarget {
  readonly kind: "sqlite";
  /** As written: relative to the working directory, or absolute. */
  readonly path: string;
}

export interface MysqlTarget {
  readonly kind: "mysql" | "mariadb";
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly database: string;
  /** Whether to use TLS. The system must trust the authority of the server's certificate. */
  readonly tls: boolean;
  /** The most connections that this process opens. */
  readonly poolSize: number;
}

export type DatabaseTarget = SqliteTarget | MysqlTarget;

const FORMS = "sqlite:PATH, mysql://USER:PASSWORD@HOST:PORT/DATABASE or mariadb://USER:PASSWORD@HOST:PORT/DATABASE";
const DEFAULT_PORT = 3306;
const DEFAULT_POOL_SIZE = 10;
const LARGEST_POOL_SIZE = 500;

/** A database URL that cannot be used. The message is for an operator and never contains the password. */
class DatabaseUrlMistake extends Error {
  override readonly name = "DatabaseUrlMistake";
}

/**
 * Reads a database URL. `mysql` and `mariadb` URLs take `?tls=true` and `?poolSize=NUMBER`.
 * @throws DatabaseUrlMistake with a sentence that says what is wrong
 */
export function parseDatabaseUrl(url: string): DatabaseTarget {
  if (url.startsWith("sqlite:")) return parseSqlitePath(url.slice("sqlite:".length));
  if (url.startsWith("mysql://")) return parseServerUrl("mysql", url);
  if (url.startsWith("mariadb://")) return parseServerUrl("mariadb", url);
  throw new DatabaseUrlMistake(`The database URL must have one of these forms: ${FORMS}.`);
}

/** What is wrong with a database URL, as a sentence, or `null`. */
export function findDatabaseUrlMistake(url: string): string | null {
  try {
    parseDatabaseUrl(url);
    return null;
  } catch (error) {
    if (error instanceof DatabaseUrlMistake) return error.message;
    throw error;
  }
}

function parseSqlitePath(path: string): SqliteTarget {
  if (path === "") {
    throw new DatabaseUrlMistake("A sqlite: URL needs the path of a file, as in sqlite:./data/usher.sqlite.");
  }
  if (path.includes(":memory:")) {
    throw new DatabaseUrlMistake(
      "A database in memory is not supported: name a file, as in sqlite:./data/usher.sqlite.",
    );
  }
  if (path.startsWith("//") && !path.startsWith("///")) {
    throw new DatabaseUrlMistake(
      "A sqlite: URL has no host: write the path after the colon, as in sqlite:./data/usher.sqlite.",
    );
  }
  if (path.endsWith("/")) throw new DatabaseUrlMistake("A sqlite: URL names a file, not a folder.");
  if (path.includes("\0")) throw new DatabaseUrlMistake("The path of a sqlite: URL contains a null character.");
  return { kind: "sqlite", path };
}

function parseServerUrl(kind: "mysql" | "mariadb", url: string): MysqlTarget {
  const form = `${kind}://USER:PASSWORD@HOST:PORT/DATABASE`;
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new DatabaseUrlMistake(
      `The database URL cannot be read: it must look like ${form}, with special characters in the user and password percent-encoded.`,
    );
  }
  const database = decode(parsed.pathname.slice(1), "database");
  if (parsed.hostname === "") throw new DatabaseUrlMistake(`The database URL lacks a host: it must look like ${form}.`);
  if (parsed.username === "") throw new DatabaseUrlMistake(`The database URL lacks a user: it must look like ${form}.`);
  if (database === "") throw new DatabaseUrlMistake(`The database URL lacks a database: it must look like ${form}.`);
  if (database.includes("/"))
    throw new DatabaseUrlMistake(`The database URL names more than a database: it must look like ${form}.`);
  if (parsed.hash !== "") {
    throw new DatabaseUrlMistake("The database URL contains a #: write it as %23 when it belongs to the password.");
  }
  return {
    kind,
    // A URL has brackets around an IPv6 address, and a driver's options have none.
    host: parsed.hostname.replace(/^\[|\]$/g, ""),
    port: parsed.port === "" ? DEFAULT_PORT : Number(parsed.port),
    username: decode(parsed.username, "user"),
    password: decode(parsed.password, "password"),
    database,
    ...parseOptions(parsed.searchParams),
  };
}

function parseOptions(parameters: URLSearchParams): { tls: boolean; poolSize: number } {
  let tls = false;
  let poolSize = DEFAULT_POOL_SIZE;
  for (const [name, value] of parameters) {
    if (name === "tls") {
      if (value !== "true" && value !== "false") {
        throw new DatabaseUrlMistake("The database URL's option tls must be true or false.");
      }
      tls = value === "true";
    } else if (name === "poolSize") {
      poolSize = Number(value);
      if (!/^\d{1,4}$/.test(value) || poolSize < 1 || poolSize > LARGEST_POOL_SIZE) {
        throw new DatabaseUrlMistake(
          `The database URL's option poolSize must be a number from 1 to ${LARGEST_POOL_SIZE}.`,
        );
      }
    } else {
      throw new DatabaseUrlMistake("The database URL has an unknown option: only tls and poolSize exist.");
    }
  }
  return { tls, poolSize };
}

function decode(text: string, part: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new DatabaseUrlMistake(`The ${part} in the database URL is not percent-encoded correctly: write % as %25.`);
  }
}
