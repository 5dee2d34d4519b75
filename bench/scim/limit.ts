/**
 * The limit: the least work of a request that stores a user. A plain node:http server parses the body, stores it by one
 * prepared insert that waits for the disk, and answers it. It neither authenticates nor checks anything.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { loadSqlite } from "../../src/platform/database/sqlite-library.js";

export interface ScimLimit {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Stores one document, and returns when it would survive a power cut. */
type Insert = (id: string, document: string) => Promise<unknown>;

const TABLE = "CREATE TABLE bench_limit (id VARCHAR(36) PRIMARY KEY, document TEXT NOT NULL)";
const INSERT = "INSERT INTO bench_limit (id, document) VALUES (?, ?)";

/** @param databaseUrl a new SQLite file, or a database of a server, which gets a table */
export async function startScimLimit(databaseUrl: string): Promise<ScimLimit> {
  const { insert, close } = databaseUrl.startsWith("sqlite:")
    ? await openSqlite(databaseUrl.slice("sqlite:".length))
    : await openServer(databaseUrl);
  const server = createServer((request, response) => {
    void readBody(request).then(async (text) => {
      const id = randomUUID();
      const user = { ...(JSON.parse(text) as object), id };
      const document = JSON.stringify(user);
      await insert(id, document);
      response.writeHead(201, { "content-type": "application/scim+json" }).end(document);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await close();
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

async function openSqlite(file: string): Promise<{ insert: Insert; close: () => Promise<void> }> {
  const Database = await loadSqlite();
  const database = new Database(file);
  for (const pragma of ["journal_mode = WAL", "synchronous = FULL"]) database.pragma(pragma);
  database.exec(TABLE);
  const statement = database.prepare(INSERT);
  return { insert: async (id, document) => statement.run(id, document), close: async () => void database.close() };
}

async function openServer(url: string): Promise<{ insert: Insert; close: () => Promise<void> }> {
  const { createConnection } = await import("mysql2/promise");
  const connection = await createConnection(url.replace(/^mariadb:/, "mysql:"));
  await connection.query(TABLE);
  return {
    insert: (id, document) => connection.execute(INSERT, [id, document]),
    close: () => connection.end(),
  };
}
