/** Two processes of the built program on one database, behind a proxy. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testDatabaseUrl } from "./database.js";
import { startProcess, startProxy, type Ending, type RoundRobinProxy } from "./process.js";
import { findFreePort, OPERATOR_KEY, TEST_KEY_RING } from "./usher.js";

export interface Replicas {
  readonly proxy: RoundRobinProxy;
  /** Stops everything, and returns how each process ended. */
  readonly stop: () => Promise<readonly Ending[]>;
}

/** Starts both at once on an empty database: one migrates, the other waits. SQLite allows only one process. */
export async function startReplicas(): Promise<Replicas> {
  const folder = await mkdtemp(join(tmpdir(), "usher-replicas-"));
  const database = await testDatabaseUrl();
  const running: Awaited<ReturnType<typeof startProcess>>[] = [];
  const proxy = await startProxy(() => running);
  const stop = async () => {
    const endings = await Promise.all(running.map((replica) => replica.stop()));
    await proxy.close();
    await database.remove();
    await rm(folder, { recursive: true, force: true });
    return endings;
  };
  try {
    const ports = [await findFreePort(), await findFreePort()];
    const starting = ports.map((port, index) =>
      startProcess({
        NODE_ENV: "production",
        PORT: String(port),
        USHER_URL: proxy.url,
        DATABASE_URL: database.url,
        USHER_DATA_DIR: join(folder, String(index)),
        USHER_KEY_RING: TEST_KEY_RING,
        USHER_OPERATOR_KEY: OPERATOR_KEY,
        USHER_ALLOWED_PRIVATE_HOSTS: "127.0.0.1",
        USHER_TRUSTED_PROXIES: "127.0.0.1",
        USHER_LOG_LEVEL: "error",
      }),
    );
    running.push(...(await Promise.all(starting)));
    return { proxy, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
