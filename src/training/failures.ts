/** The failures of courses, starts, results and filters. */
import type { UserStatus } from "../people/user/user.js";
import { defineFailure } from "../platform/errors/failure.js";

export const COURSE_ARCHIVED = defineFailure<{ courseId: string; title: string }>({
  code: "COURSE_ARCHIVED",
  status: 409,
  message: ({ title }) => `"${title}" is archived. It cannot be started or assigned.`,
  remedy: "Restore it with restoreCourse, or choose another course. Nothing was changed.",
});

export const EXTERNAL_ID_TAKEN = defineFailure<{ externalId: string }>({
  code: "EXTERNAL_ID_TAKEN",
  status: 409,
  message: ({ externalId }) => `A course with the external id "${externalId}" already exists.`,
  remedy: "Find it with courses(filter: { externalIds: […] }) and change it there. Nothing was changed.",
});

export const COURSE_EXPECTED = defineFailure<{ courseId: string; title: string }>({
  code: "COURSE_EXPECTED",
  status: 409,
  message: ({ title }) => `"${title}" is a module, but only courses can be started, recorded and corrected.`,
  remedy: "Name one of the module's courses. The module's result follows from their results. Nothing was changed.",
});

export const TRAINING_NOT_ALLOWED = defineFailure<{
  /** Not a member of the organization, or the status of the account that is not active. */
  reason: "NOT_A_MEMBER" | Exclude<UserStatus, "ACTIVE">;
}>({
  code: "TRAINING_NOT_ALLOWED",
  status: 409,
  message: ({ reason }) =>
    reason === "NOT_A_MEMBER"
      ? "The person is not a member of the organization and cannot start its training."
      : `The account is ${reason}; only active accounts can start training.`,
  remedy: "Enable, restore or approve the account as details.reason shows, or name a member. Nothing was started.",
});

/** A field whose recorded value differs from the sent one. */
export interface ResultDifference {
  readonly field: string;
  readonly recorded: string | number | boolean | null;
  readonly sent: string | number | boolean | null;
}

export const RESULT_CONFLICT = defineFailure<{ resultId: string; differences: readonly ResultDifference[] }>({
  code: "RESULT_CONFLICT",
  status: 409,
  message: ({ differences }) =>
    `A result with this external id is already recorded with other values: ${differences.map(({ field }) => field).join(", ")}.`,
  remedy:
    "Compare details.differences. Record another completion with its own external id, or change this result with correctResult. Nothing was changed.",
});

export const QUESTION_TAKEN = defineFailure<{ question: string }>({
  code: "QUESTION_TAKEN",
  status: 409,
  message: ({ question }) => `The organization already has a filter with the question "${question}"; case is ignored.`,
  remedy: "Use that filter, or ask another question. Nothing was changed.",
});

export const FILTER_IN_USE = defineFailure<{
  /** How many users would lose an answer. */
  affectedUsers: number;
}>({
  code: "FILTER_IN_USE",
  status: 409,
  message: ({ affectedUsers }) =>
    `${affectedUsers} ${affectedUsers === 1 ? "user" : "users"} would lose an answer. Nothing has changed yet. To confirm, send the mutation again with confirmAffectedUsers: ${affectedUsers}.`,
  remedy: "To confirm, send details.affectedUsers as confirmAffectedUsers; or give those users other answers first.",
});

export const FILTER_LIMIT_REACHED = defineFailure<{ maximum: number }>({
  code: "FILTER_LIMIT_REACHED",
  status: 409,
  message: ({ maximum }) => `The organization has ${maximum} filters, the maximum.`,
  remedy: "Delete a filter that is no longer needed. Nothing was created.",
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
