/** A complete installation for tests, on a migrated database. */
import type { TestUsher } from "../../testing/test-usher.js";
import { startTestUsher as startOnDatabase } from "../../testing/usher.js";
import { migratedDatabaseUrl } from "./migrated-database.js";

export { askGraphQL, findFreePort, type Answer } from "../../testing/ask.js";
export type { TestUsher } from "../../testing/test-usher.js";
export { OPERATOR_KEY, TEST_KEY_RING } from "../../testing/usher.js";

type Options = NonNullable<Parameters<typeof startOnDatabase>[0]>;

/** Starts an installation on a free port. It may reach providers on 127.0.0.1 and localhost. */
export async function startTestUsher(options: Options = {}): Promise<TestUsher> {
  if (options.databaseUrl !== undefined) return await startOnDatabase(options);
  const database = await migratedDatabaseUrl();
  try {
    const usher = await startOnDatabase({ ...options, databaseUrl: database.url });
    return {
      ...usher,
      stop: async () => {
        await usher.stop();
        await database.remove();
      },
    };
  } catch (error) {
    await database.remove();
    throw error;
  }
}
