/** Counts the statements of one asynchronous call, so that tests can state how many queries a feature needs. */
import { AsyncLocalStorage } from "node:async_hooks";

interface Count {
  readonly statements: string[];
  readonly outer: Count | undefined;
}

const counts = new AsyncLocalStorage<Count>();
/** How many counts are under way. While it is 0, recording costs one comparison. */
let underWay = 0;

/**
 * Runs `work` and returns its result and the SQL text of every statement that it sent to any database, in order, except the
 * statements that begin and end transactions.
 * @internal
 */
export async function countQueries<T>(work: () => Promise<T>): Promise<{ result: T; statements: string[] }> {
  const count: Count = { statements: [], outer: counts.getStore() };
  underWay += 1;
  try {
    return { result: await counts.run(count, work), statements: count.statements };
  } finally {
    underWay -= 1;
  }
}

/** Records a statement for the counts under way. */
export function recordStatement(sql: string): void {
  if (underWay === 0 || /^(BEGIN|START TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/i.test(sql)) return;
  for (let count = counts.getStore(); count; count = count.outer) count.statements.push(sql);
}
