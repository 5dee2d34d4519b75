/** Finds courses and results by id for `node` and `nodes`. */
import type { Caller } from "../access/caller.js";
import { scopeIfGranted, type NodeSource } from "../access/node.js";
import type { Store } from "../access/store.js";
import type { Reader } from "../platform/database/database.js";
import { placeholders } from "../platform/database/statements.js";
import { findCourses } from "./course/course.repository.js";
import type { Result } from "./result/result.js";
import { RESULT_COLUMNS, resultFromRaw, type RawResult } from "./result/result.repository.js";
import { setsOfPeople } from "./result/result-people.js";
import { scopeOfResults } from "./result/result-scope.js";

export function createTrainingNodes({ reader }: Store): readonly NodeSource[] {
  return [
    {
      type: "Course",
      find: async (caller, ids) => {
        const scope = scopeIfGranted(caller, "TEAM_TRAINING_READ");
        return scope === undefined ? new Map<string, object>() : await findCourses(reader, scope, ids);
      },
    },
    { type: "Result", find: (caller, ids) => findResultNodes(reader, caller, ids) },
  ];
}

/** The scope is that of the query `results`: everyone's results, the team's, or the person's own. */
async function findResultNodes(
  reader: Reader,
  caller: Caller,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Result>> {
  const organizationId = caller.kind === "PERSON" ? caller.organizationId : scopeIfGranted(caller, "TRAINING_READ");
  if (organizationId === undefined) return new Map();
  const scope = organizationId === null ? null : scopeOfResults(caller, organizationId);
  const sets = scope === null ? [] : await setsOfPeople(reader, organizationId ?? "", scope, {}, "");
  const probes = sets.map(({ probe }) => probe("r.user_id"));
  const conditions = [
    { sql: `r.id IN (${placeholders(ids)})`, parameters: ids },
    ...(organizationId === null ? [] : [{ sql: "r.organization_id = ?", parameters: [organizationId] }]),
    ...probes,
  ];
  const rows = await reader.rows<RawResult>(
    `SELECT ${RESULT_COLUMNS} FROM training_result r WHERE ${conditions.map(({ sql }) => sql).join(" AND ")}`,
    conditions.flatMap(({ parameters }) => parameters),
  );
  return new Map(rows.map((raw) => [raw.id, resultFromRaw(raw)]));
}
