/** Explains to an operator why a connection to a database failed, without the password. */
import type { MysqlTarget } from "./database-url.js";

/** An error that names the server, the database, the user and the reason. */
export function explainConnectionFailure(target: MysqlTarget, error: unknown): Error {
  const server = target.kind === "mariadb" ? "MariaDB" : "MySQL";
  return new Error(
    `The ${server} database "${target.database}" at ${target.host}:${target.port} cannot be used as "${target.username}": ${describeReason(error)}.`,
    { cause: error },
  );
}

function describeReason(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  switch (code) {
    case "ECONNREFUSED":
      return "the connection was refused; check that the server runs on this port";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "the host's name cannot be resolved";
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "the host does not answer";
    case "ER_ACCESS_DENIED_ERROR":
      return "the server refuses the user or the password";
    case "ER_DBACCESS_DENIED_ERROR":
      return "the user may not use this database";
    case "ER_BAD_DB_ERROR":
      return "the database does not exist; create it first";
    case "ER_CON_COUNT_ERROR":
      return "the server has no connection left";
    case "HANDSHAKE_NO_SSL_SUPPORT":
      return "the server does not offer TLS";
    default:
      return String(message ?? error);
  }
}
