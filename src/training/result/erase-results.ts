/** What happens to the results of somebody who is erased: they go with the account, and the logs no longer tell of scores. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { redactAudit } from "../../audit/redact-audit.js";
import { redactEvents } from "../../events/redact-events.js";
import { ERASED, redactPerson } from "../../people/user/delete/redact.js";
import type { User } from "../../people/user/user.js";

/** What may still be said of a result: what was completed, the how-manieth time and when. */
const KEPT: ReadonlySet<string> = new Set(["id", "userId", "courseId", "kind", "attempt", "completedAt"]);

/** Takes a person out of the events and audit entries about their results. Part of deleting the account. */
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
