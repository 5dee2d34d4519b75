/**
 * Stores users' answers to an organization's questions. A change has an audit entry but not the event `user.updated`,
 * because answers are not fields of the account.
 */
import { causeOf, requirePermission, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { recordAudit } from "../../audit/record-audit.js";
import { memberKey } from "../../people/loaders.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import { showMember } from "../../people/user/user.access.js";
import { findUser } from "../../people/user/user.repository.js";
import type { Member } from "../../people/user/user.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { MOST_FILTERS, type Filter } from "./filter.js";
import { findFiltersOf } from "./filter.repository.js";
import { findAnswersOfMembers, replaceAnswers } from "./user-answers.repository.js";

/** A user's answers to some questions. Answers to other questions stay. */
export interface UserAnswersInput {
  readonly organizationId: string;
  readonly userId: string;
  /** Without `answerId`, the user's answer is deleted. */
  readonly answers: readonly { readonly filterId: string; readonly answerId?: string | null }[];
}

/**
 * Stores a user's answers. The same answers again change nothing.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND (the user), INVALID_INPUT (an unknown filter or answer)
 */
export async function setUserAnswers({ begin }: Store, caller: Caller, input: UserAnswersInput): Promise<Member> {
  const { organizationId, userId } = input;
  requirePermission(caller, organizationId, "TRAINING_WRITE");
  const tooMany = new InputCheck();
  if (input.answers.length > MOST_FILTERS)
    tooMany.add("answers", "INVALID", `must name at most ${MOST_FILTERS} filters`);
  tooMany.finish();

  return await begin(caller, causeOf(caller), async (unit) => {
    if ((await lockOrganization(unit, organizationId)) === null) throw new Failure(NOT_FOUND, { type: "organization" });
    const user = await findUser(unit, organizationId, userId);
    if (user === null) throw new Failure(NOT_FOUND, { type: "user" });
    const wished = chooseAnswers(await findFiltersOf(unit, organizationId), input.answers);
    const answerer = { organizationId, userId };
    const held = (await findAnswersOfMembers(unit, [answerer])).get(memberKey(organizationId, userId)) ?? [];
    const before = new Map(held.map(({ filterId, answerId }) => [filterId, answerId]));
    const changed = new Map([...wished].filter(([filterId, answerId]) => (before.get(filterId) ?? null) !== answerId));
    if (changed.size > 0) {
      await replaceAnswers(unit, answerer, changed);
      await recordAudit(unit, {
        organizationId,
        action: "user.answers_changed",
        subject: { type: "user", id: userId },
        before: {
          answers: [...changed.keys()].map((filterId) => ({ filterId, answerId: before.get(filterId) ?? null })),
        },
        after: { answers: [...changed].map(([filterId, answerId]) => ({ filterId, answerId })) },
      });
    }
    return showMember(caller, user, organizationId);
  });
}

/**
 * Checks that the filters and answers are the organization's, and that each filter is named once. Returns the chosen
 * answers by filter; `null` for an answer to delete.
 */
function chooseAnswers(
  filters: readonly Filter[],
  given: UserAnswersInput["answers"],
): ReadonlyMap<string, string | null> {
  const check = new InputCheck();
  const byId = new Map(filters.map((filter) => [filter.id, filter]));
  const chosen = new Map<string, string | null>();
  for (const [index, { filterId, answerId = null }] of given.entries()) {
    const filter = byId.get(filterId);
    if (filter === undefined) check.add(`answers.${index}.filterId`, "UNKNOWN", "must be a filter of the organization");
    else if (chosen.has(filterId)) check.add(`answers.${index}.filterId`, "TAKEN", "must be named once");
    else if (answerId !== null && !filter.answers.some(({ id }) => id === answerId))
      check.add(`answers.${index}.answerId`, "UNKNOWN", "must be an answer of this filter");
    chosen.set(filterId, answerId);
  }
  check.finish();
  return chosen;
}
