/** A unit of work: one transaction, one caller, one cause, one moment. Every write takes it as its first argument. */
import type { Clock } from "../platform/clock.js";
import type { Database, TransactOptions, Transaction } from "../platform/database/database.js";
import type { Caller, Cause } from "./caller.js";

export interface UnitOfWork extends Transaction {
  readonly caller: Caller;
  readonly cause: Cause;
  /** The moment of the whole unit; rows, events and audit entries of one unit carry the same time. */
  readonly now: Date;
}

/** Opens a unit of work and runs `work` in it: all of it holds, or none. `work` may be repeated after a deadlock. */
export type Begin = <T>(
  caller: Caller,
  cause: Cause,
  work: (unit: UnitOfWork) => Promise<T>,
  options?: TransactOptions,
) => Promise<T>;

/** Makes `begin` for a database. */
export function createBegin(database: Database, clock: Clock): Begin {
  return (caller, cause, work, options) =>
    database.transact((transaction) => work({ ...transaction, caller, cause, now: clock() }), options);
}
