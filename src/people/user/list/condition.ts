/** The parts of a condition of a list of users. */
import type { SqlValue } from "../../../platform/database/database.js";

/** A piece of SQL with its parameters. */
export interface Condition {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/** One condition of a list, over the aliases `m` of the membership and `u` of the account. */
export interface UserCondition {
  /** A condition on `m` or `u`. */
  readonly probe: Condition;
  /** A query for `user_id` that has at least one row for each matching member; `null` if no index supports it. */
  readonly source: Condition | null;
  /** Whether the probe reads `u`. */
  readonly ofAccount: boolean;
}

/** The condition for a list of values. An empty list adds no condition. */
export function ifAny<Value>(
  values: readonly Value[] | null | undefined,
  make: (values: readonly Value[]) => UserCondition,
): readonly UserCondition[] {
  // Duplicates would cost a look-up each.
  return values == null || values.length === 0 ? [] : [make([...new Set(values)])];
}

/** The limit keeps MariaDB from turning the probe into a join that begins with every matching row. */
export function exists(query: string): string {
  return `(${query} LIMIT 1) IS NOT NULL`;
}

/** A condition on a column that an organization does not see of its guests. Guests never match it. */
export function atHome({ sql, parameters }: Condition): UserCondition {
  return {
    probe: { sql: `u.home_organization_id = m.organization_id AND ${sql}`, parameters },
    source: null,
    ofAccount: true,
  };
}
