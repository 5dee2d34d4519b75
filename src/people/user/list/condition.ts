/** What conditions of a list of users are made of. */
import type { SqlValue } from "../../../platform/database/database.js";

/** A piece of SQL with what is bound to it. */
export interface Condition {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/** One condition of a list, over the aliases `m` of the membership and `u` of the account. */
export interface UserCondition {
  /** A condition on `m` or `u`. */
  readonly probe: Condition;
  /** A query that answers `user_id`, one row or more for each member that passes; `null` where no index has them. */
  readonly source: Condition | null;
  /** Whether the probe looks at `u`. */
  readonly ofAccount: boolean;
}

/** The condition of a list of values; none where nothing is named. */
export function ifAny<Value>(
  values: readonly Value[] | null | undefined,
  make: (values: readonly Value[]) => UserCondition,
): readonly UserCondition[] {
  // A value that is named a thousand times would be looked for a thousand times.
  return values == null || values.length === 0 ? [] : [make([...new Set(values)])];
}

/** The limit in each probe keeps MariaDB from turning it into a join that begins with everybody who passes. */
export function exists(query: string): string {
  return `(${query} LIMIT 1) IS NOT NULL`;
}

/** A condition on what an organization does not see of its guests: none of them passes. */
export function atHome({ sql, parameters }: Condition): UserCondition {
  return {
    probe: { sql: `u.home_organization_id = m.organization_id AND ${sql}`, parameters },
    source: null,
    ofAccount: true,
  };
}
