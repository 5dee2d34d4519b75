/**
 * Knows, for every flow of awaits, whether it runs inside a transaction. Without it a query that goes around the open
 * transaction would wait for a lock that only its own caller can release, or would quietly miss the changes.
 */
import { AsyncLocalStorage } from "node:async_hooks";

/** One run of one transaction. */
export interface TransactionScope {
  /** Whoever holds the connection; its own queries pass. */
  readonly owner: object;
  /** False as soon as the work has settled: what it left running may not write any more. */
  open: boolean;
  /** Set when the database has given the transaction up. Nothing may run on it, whatever the work caught. */
  failure: Error | null;
}

/** A query, or a second transaction, that was made inside a transaction without going through it. @internal */
export class OutsideTransactionError extends Error {
  override readonly name = "OutsideTransactionError";
}

/** A query on a transaction that has already been committed or rolled back. @internal */
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
   * Lets a query pass outside transactions, and inside one when it comes from the transaction's owner.
   * @throws OutsideTransactionError otherwise
   */
  refuseAround(owner: object | null, what: string): void {
    const scope = this.#storage.getStore();
    if (scope?.open && scope.owner !== owner) {
      throw new OutsideTransactionError(
        `${what} was made inside a transaction: use the transaction that the work was given.`,
      );
    }
  }
}

/**
 * @throws TransactionOverError when the work has settled, or what the database reported when it gave the transaction up
 */
export function assertUsable(scope: TransactionScope): void {
  if (scope.failure) throw scope.failure;
  if (!scope.open) {
    throw new TransactionOverError("This transaction is over: await every query before the work returns.");
  }
}
