/**
 * Knows whether asynchronous code runs inside a transaction. A query that bypasses the open transaction would wait for a
 * lock that only its own caller can release, or would not see the changes.
 */
import { AsyncLocalStorage } from "node:async_hooks";

/** One attempt at a transaction. */
export interface TransactionScope {
  /** The query runner that holds the connection. Its own queries are allowed. */
  readonly owner: object;
  /** `false` after the work has settled. Promises that the work did not await can then no longer write. */
  open: boolean;
  /** Set when the database has rolled back. No later statement may run, even if the work caught the error. */
  failure: Error | null;
}

/** A query or a second transaction that bypasses the open transaction. @internal */
export class OutsideTransactionError extends Error {
  override readonly name = "OutsideTransactionError";
}

/** A query on a transaction that was committed or rolled back. @internal */
export class TransactionOverError extends Error {
  override readonly name = "TransactionOverError";
}

/** The scopes of one database. */
export class TransactionScopes {
  readonly #storage = new AsyncLocalStorage<TransactionScope>();

  /** Runs `work` inside the scope. */
  run<T>(scope: TransactionScope, work: () => Promise<T>): Promise<T> {
    return this.#storage.run(scope, work);
  }

  /**
   * Refuses a query that is made inside a transaction but not by the transaction's owner.
   * @throws OutsideTransactionError
   */
  refuseOutside(owner: object | null, what: string): void {
    const scope = this.#storage.getStore();
    if (scope?.open && scope.owner !== owner) {
      throw new OutsideTransactionError(
        `${what} was made inside a transaction: use the transaction that the work was given.`,
      );
    }
  }
}

/** @throws TransactionOverError when the work has settled, or the error with which the database rolled back */
export function assertUsable(scope: TransactionScope): void {
  if (scope.failure) throw scope.failure;
  if (!scope.open) {
    throw new TransactionOverError("This transaction is over: await every query before the work returns.");
  }
}
