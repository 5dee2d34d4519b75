/** The events about results. */
import { z } from "zod";
import { defineEventType } from "../../events/event-type.js";
import { seenIn, type User } from "../../people/user/user.js";
import type { Course } from "../course/course.js";
import type { Result } from "./result.js";

const resultSchema = z
  .object({
    id: z.string(),
    userId: z.string(),
    courseId: z.string(),
    kind: z.enum(["COURSE", "MODULE"]),
    attempt: z.number().describe("The number of the user's attempt at this course, from 1."),
    externalId: z.string().nullable().describe("The id that the recording program uses for it."),
    score: z.number().nullable(),
    maximum: z.number().nullable().describe("The highest possible score."),
    percent: z
      .number()
      .nullable()
      .describe("The score in percent of the maximum; for a module, the mean of its courses."),
    passRate: z.number().nullable().describe("The percent needed to pass; null without a pass rate."),
    passed: z.boolean().nullable().describe("null if that is not known."),
    startedAt: z.string().nullable(),
    completedAt: z.string(),
  })
  .describe("The result as it was recorded.");

const courseSchema = z
  .object({ id: z.string(), title: z.string(), externalId: z.string().nullable() })
  .describe("The course or module.");

const userSchema = z
  .object({
    id: z.string(),
    email: z.string(),
    employeeId: z.string().nullable().describe("Always null for a guest, whose home is another organization."),
  })
  .describe("The user who completed it.");

const childSchema = z.object({
  id: z.string(),
  courseId: z.string(),
  attempt: z.number(),
  percent: z.number().nullable(),
  passed: z.boolean().nullable(),
});

export const COURSE_COMPLETED = defineEventType({
  type: "course.completed",
  subject: "result",
  description:
    "A user completed a course, alone or as part of a module. Sent for every attempt, and never for a module.",
  data: z.object({ result: resultSchema, course: courseSchema, user: userSchema, changed: z.null() }),
});

export const MODULE_COMPLETED = defineEventType({
  type: "module.completed",
  subject: "result",
  description:
    "A user completed the last course of a module. Sent once for each user and module, after `course.completed` of that course. Later attempts and corrections change the module's result without an event.",
  data: z.object({
    result: resultSchema,
    course: courseSchema,
    user: userSchema,
    children: z.array(childSchema).describe("The results of the module's courses, in their order."),
    changed: z.null(),
  }),
});

export const RESULT_EVENTS = [COURSE_COMPLETED, MODULE_COMPLETED] as const;

/** The result as events and audit entries show it. */
export function resultSnapshot(result: Result): z.infer<typeof resultSchema> {
  const { id, userId, courseId, kind, attempt, externalId, score, maximum, percent, passRate, passed } = result;
  return {
    id,
    userId,
    courseId,
    kind,
    attempt,
    externalId,
    score,
    maximum,
    percent,
    passRate,
    passed,
    startedAt: result.startedAt?.toISOString() ?? null,
    completedAt: result.completedAt.toISOString(),
  };
}

/** The data that both events share. */
export function completion(result: Result, course: Course, user: User) {
  const { id, email, employeeId } = seenIn(result.organizationId, user);
  return {
    result: resultSnapshot(result),
    course: { id: course.id, title: course.title, externalId: course.externalId },
    user: { id, email, employeeId },
    changed: null,
  };
}

/** The result of one of a module's courses, as `module.completed` shows it. */
export function childSnapshot({ id, courseId, attempt, percent, passed }: Result): z.infer<typeof childSchema> {
  return { id, courseId, attempt, percent, passed };
}
