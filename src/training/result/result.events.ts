/** The facts about results that the log tells. */
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
    attempt: z.number().describe("The how-manieth completion of this course by this user it is, from 1."),
    externalId: z.string().nullable().describe("What the program that recorded it knows it by."),
    score: z.number().nullable(),
    maximum: z.number().nullable().describe("The most that can be scored."),
    percent: z.number().nullable().describe("The score in hundredths of the maximum; of a module, its courses' mean."),
    passRate: z.number().nullable().describe("The percent that has to be reached; null where nothing has to be."),
    passed: z.boolean().nullable().describe("null where nobody can tell."),
    startedAt: z.string().nullable(),
    completedAt: z.string(),
  })
  .describe("The result as it was recorded.");

const courseSchema = z
  .object({ id: z.string(), title: z.string(), externalId: z.string().nullable() })
  .describe("What was completed.");

const userSchema = z
  .object({
    id: z.string(),
    email: z.string(),
    employeeId: z.string().nullable().describe("null for a guest, whose home is another organization, too."),
  })
  .describe("Who completed it.");

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
    "A user completed a course: sent for every attempt, by itself or within a module, and never for a module.",
  data: z.object({ result: resultSchema, course: courseSchema, user: userSchema, changed: z.null() }),
});

export const MODULE_COMPLETED = defineEventType({
  type: "module.completed",
  subject: "result",
  description:
    "A user completed the last course of a module: sent once for each user and module, after the course's `course.completed`. Later attempts and corrections change the module's result and tell nothing here.",
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

/** What both events say. */
export function completion(result: Result, course: Course, user: User) {
  const { id, email, employeeId } = seenIn(result.organizationId, user);
  return {
    result: resultSnapshot(result),
    course: { id: course.id, title: course.title, externalId: course.externalId },
    user: { id, email, employeeId },
    changed: null,
  };
}

/** One of a module's courses' results as `module.completed` shows it. */
export function childSnapshot({ id, courseId, attempt, percent, passed }: Result): z.infer<typeof childSchema> {
  return { id, courseId, attempt, percent, passed };
}
