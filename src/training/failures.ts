/** What can go wrong with courses, starts, results and filters. */
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

export const TRAINING_FAILURES = [COURSE_ARCHIVED, EXTERNAL_ID_TAKEN] as const;
