/**
 * What users answer to an organization's questions, whatever door it comes through. Events carry an account's own fields
 * alone, and answers are none of them: a change is audited, and tells no `user.updated`.
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

/** What a user answers to some questions; those that are not named stay as they are. */
export interface UserAnswersInput {
  readonly organizationId: string;
  readonly userId: string;
  /** Without an answer, what was answered before is taken away. */
  readonly answers: readonly { readonly filterId: string; readonly answerId?: string | null }[];
}

/**
 * Stores what a user answers. Answering the same again changes nothing.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND (the user), INVALID_INPUT (a filter or an answer that there is not)
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

/** By filter; every filter and answer must be the organization's, and each filter is named once. */
function chooseAnswers(
  filters: readonly Filter[],
  given: UserAnswersInput["answers"],
): ReadonlyMap<string, string | null> {
  const check = new InputCheck();
  const byId = new Map(filters.map((filter) => [filter.id, filter]));
  const chosen = new Map<string, string | null>();
  for (const [index, { filterId, answerId = null }] of given.entries()) {
    const filter = byId.get(filterId);
    if (filter === undefined) check.add(`answers.${index}.filterId`, "UNKNOWN", "is no filter of the organization");
    else if (chosen.has(filterId)) check.add(`answers.${index}.filterId`, "TAKEN", "is named already");
    else if (answerId !== null && !filter.answers.some(({ id }) => id === answerId))
      check.add(`answers.${index}.answerId`, "UNKNOWN", "is no answer of this filter");
    chosen.set(filterId, answerId);
  }
  check.finish();
  return chosen;
}
