/** Removes scores from the events and audit entries of an erased person. The results are deleted with the account. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { redactAudit } from "../../audit/redact-audit.js";
import { redactEvents } from "../../events/redact-events.js";
import { ERASED, redactPerson } from "../../people/user/delete/redact.js";
import type { User } from "../../people/user/user.js";

/** The fields of a result that stay: the course, the attempt and the time. */
const KEPT: ReadonlySet<string> = new Set(["id", "userId", "courseId", "kind", "attempt", "completedAt"]);

/** Redacts the events and audit entries about a person's results. Part of deleting the account. */
export async function eraseResults(unit: UnitOfWork, { id }: User): Promise<void> {
  for (const resultId of await findResultIdsOf(unit, id)) {
    await redactEvents(unit, { type: "result", id: resultId }, redactCompletion);
    await redactAudit(unit, { type: "result", id: resultId }, redactResult);
  }
}

/** The results of a user in all organizations. */
export async function findResultIdsOf(unit: UnitOfWork, userId: string): Promise<string[]> {
  const rows = await unit.rows<{ id: string }>("SELECT id FROM training_result WHERE user_id = ?", [userId]);
  return rows.map(({ id }) => id);
}

function redactCompletion(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { result, user, children, ...rest } = data as {
    result: Readonly<Record<string, unknown>>;
    user: Readonly<Record<string, unknown>>;
    children?: readonly Readonly<Record<string, unknown>>[];
  };
  return {
    ...rest,
    result: redactResult(result),
    user: redactPerson(user),
    ...(children === undefined ? {} : { children: children.map(redactResult) }),
  };
}

function redactResult(result: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(result).map(([name, value]) => {
      if (KEPT.has(name)) return [name, value];
      return [name, name === "externalId" || name === "reason" ? value && ERASED : null];
    }),
  );
}
