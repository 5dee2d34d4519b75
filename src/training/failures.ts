/** What can go wrong with courses, starts, results and filters. */
import type { UserStatus } from "../people/user/user.js";
import { defineFailure } from "../platform/errors/failure.js";

export const COURSE_ARCHIVED = defineFailure<{ courseId: string; title: string }>({
  code: "COURSE_ARCHIVED",
  status: 409,
  message: ({ title }) => `"${title}" is archived: nobody starts it, and nothing is assigned to it any more.`,
  remedy: "Bring it back with restoreCourse, or choose another course. Nothing was changed.",
});

export const EXTERNAL_ID_TAKEN = defineFailure<{ externalId: string }>({
  code: "EXTERNAL_ID_TAKEN",
  status: 409,
  message: ({ externalId }) => `A course with the external id "${externalId}" exists already.`,
  remedy: "Find it with courses(filter: { externalIds: […] }) and change that one. Nothing was changed.",
});

export const COURSE_EXPECTED = defineFailure<{ courseId: string; title: string }>({
  code: "COURSE_EXPECTED",
  status: 409,
  message: ({ title }) => `"${title}" is a module: its courses are started and completed, and the last completes it.`,
  remedy: "Name one of its courses. The module's result follows from theirs. Nothing was changed.",
});

export const TRAINING_NOT_ALLOWED = defineFailure<{
  /** No member of the organization, or where the account stands instead of being active. */
  reason: "NOT_A_MEMBER" | Exclude<UserStatus, "ACTIVE">;
}>({
  code: "TRAINING_NOT_ALLOWED",
  status: 409,
  message: ({ reason }) =>
    reason === "NOT_A_MEMBER"
      ? "The person is no member of the organization and cannot start its training."
      : `The account is ${reason} and cannot start training.`,
  remedy: "Look at details.reason: enable, restore or approve the account, or name a member. Nothing was started.",
});

/** A field in which what was recorded is another than what was sent. */
export interface ResultDifference {
  readonly field: string;
  readonly recorded: string | number | boolean | null;
  readonly sent: string | number | boolean | null;
}

export const RESULT_CONFLICT = defineFailure<{ resultId: string; differences: readonly ResultDifference[] }>({
  code: "RESULT_CONFLICT",
  status: 409,
  message: ({ differences }) =>
    `A result with this external id says something else: ${differences.map(({ field }) => field).join(", ")}.`,
  remedy:
    "Look at details.differences. Record another completion under an external id of its own, or change the recorded one with correctResult. Nothing was changed.",
});

export const QUESTION_TAKEN = defineFailure<{ question: string }>({
  code: "QUESTION_TAKEN",
  status: 409,
  message: ({ question }) => `The organization asks "${question}" already; case does not count.`,
  remedy: "Use that filter, or ask another question. Nothing was changed.",
});

export const FILTER_IN_USE = defineFailure<{
  /** How many users lose an answer. */
  affectedUsers: number;
}>({
  code: "FILTER_IN_USE",
  status: 409,
  message: ({ affectedUsers }) =>
    `${affectedUsers} ${affectedUsers === 1 ? "user loses" : "users lose"} an answer by it. Nothing was changed yet: to do it, send it again with confirmAffectedUsers: ${affectedUsers}.`,
  remedy: "Send the number that details.affectedUsers has as confirmAffectedUsers, or give those users other answers.",
});

export const FILTER_LIMIT_REACHED = defineFailure<{ maximum: number }>({
  code: "FILTER_LIMIT_REACHED",
  status: 409,
  message: ({ maximum }) => `The organization has ${maximum} filters, which is the most.`,
  remedy: "Delete one that is not needed any more. Nothing was created.",
});

export const TRAINING_FAILURES = [
  COURSE_ARCHIVED,
  EXTERNAL_ID_TAKEN,
  COURSE_EXPECTED,
  TRAINING_NOT_ALLOWED,
  RESULT_CONFLICT,
  QUESTION_TAKEN,
  FILTER_IN_USE,
  FILTER_LIMIT_REACHED,
] as const;
