/** A unit of work: one transaction, one caller, one cause, one time. Every write takes it as its first argument. */
import type { Clock } from "../platform/clock.js";
import type { Database, TransactOptions, Transaction } from "../platform/database/database.js";
import type { Caller, Cause } from "./caller.js";

export interface UnitOfWork extends Transaction {
  readonly caller: Caller;
  readonly cause: Cause;
  /** The time of the whole unit: its rows, events and audit entries all have it. */
  readonly now: Date;
}

/** Opens a unit of work, runs `work` in it and commits all of it or nothing. After a deadlock `work` runs again. */
export type Begin = <T>(
  caller: Caller,
  cause: Cause,
  work: (unit: UnitOfWork) => Promise<T>,
  options?: TransactOptions,
) => Promise<T>;

export function createBegin(database: Database, clock: Clock): Begin {
  return (caller, cause, work, options) =>
    database.transact((transaction) => work({ ...transaction, caller, cause, now: clock() }), options);
}
