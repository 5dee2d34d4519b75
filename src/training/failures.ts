/** What can go wrong with courses, starts, results and filters. */
import { defineFailure } from "../platform/errors/failure.js";

export const COURSE_ARCHIVED = defineFailure<{ courseId: string; title: string }>({
  code: "COURSE_ARCHIVED",
  status: 409,
  message: ({ title }) => `"${title}" is archived: nobody starts it, and nothing is assigned to it any more.`,
  remedy: "Bring it back with restoreCourse, or choose another course. Nothing was changed.",
});

export const TRAINING_FAILURES = [COURSE_ARCHIVED] as const;
