/** Records that a user completed a course. Callers cannot record their own results. */
import { v7 as uuidv7 } from "uuid";
import { causeOf, requirePermission, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { appendEvent } from "../../events/append-event.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import { findUser } from "../../people/user/user.repository.js";
import { Failure, FORBIDDEN, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { EXTERNAL_ID_RULE } from "../course/course.operations.js";
import { findCourse } from "../course/course.repository.js";
import { RESULT_CONFLICT, type ResultDifference } from "../failures.js";
import { completeModules, updateModules } from "./complete-modules.js";
import { checkTogether, readNumbers } from "./read-values.js";
import { completion, COURSE_COMPLETED, resultSnapshot } from "./result.events.js";
import type { Result } from "./result.js";
import { requireCourse } from "./start.operations.js";
import { closeStart, findOpenStart } from "./start.repository.js";
import type { Start } from "./start.js";
import { decidePassed, percentOf } from "./work-out.js";
import { findFirstValues, findHighestAttempt, findResultByExternalId, insertResult } from "./write-result.js";

const HIGHEST_ATTEMPT = 1_000_000;

/** A completion to record. */
export interface NewResultInput {
  readonly organizationId: string;
  readonly userId: string;
  readonly courseId: string;
  /** Recording the same completion again returns the same result. */
  readonly externalId?: string | null;
  /** Absent: one more than the user's highest attempt at the course. */
  readonly attempt?: number | null;
  readonly score?: number | null;
  readonly maximum?: number | null;
  /** Absent: the pass rate of the course; `null`: no pass rate. */
  readonly passRate?: number | null;
  /** Absent: calculated from the score if possible. */
  readonly passed?: boolean | null;
  /** Absent: when the user started the course, if that is known. */
  readonly startedAt?: Date | null;
  /** Absent: now. */
  readonly completedAt?: Date | null;
}

/** The result and its effects. */
export interface RecordedResult {
  readonly result: Result;
  /** `false` if it was recorded before under its external id. */
  readonly recorded: boolean;
  /** The results of modules that this completion completed. */
  readonly completedModules: readonly Result[];
}

/**
 * Records a completion, closes the user's start of the course, appends the event `course.completed`, and completes each
 * module of which it was the last missing course. If the external id is known and the content is the same, it returns the
 * result that was recorded before.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for own results), NOT_FOUND, INVALID_INPUT, COURSE_EXPECTED, RESULT_CONFLICT
 */
export async function recordResult({ begin }: Store, caller: Caller, input: NewResultInput): Promise<RecordedResult> {
  const { organizationId, userId } = input;
  requirePermission(caller, organizationId, "TRAINING_WRITE");
  requireNotOneself(caller, userId);
  const stated = readStated(input);
  return await begin(caller, causeOf(caller), async (unit) => {
    if ((await lockOrganization(unit, organizationId)) === null) throw new Failure(NOT_FOUND, { type: "organization" });
    const known =
      stated.externalId === null ? null : await findResultByExternalId(unit, organizationId, stated.externalId);
    if (known !== null) {
      await requireSame(unit, known, input, stated);
      return { result: known, recorded: false, completedModules: [] };
    }
    return await recordNew(unit, input, stated);
  });
}

/** @throws FORBIDDEN if the result is the caller's own, whatever the caller's permissions */
export function requireNotOneself(caller: Caller, userId: string): void {
  if (caller.kind === "PERSON" && caller.userId === userId) throw new Failure(FORBIDDEN, { permission: null });
}

type Stated = ReturnType<typeof readStated>;

/** Checks the values that need no data from the database. */
function readStated(input: NewResultInput) {
  const check = new InputCheck();
  const externalId = check.optionalText("externalId", input.externalId, EXTERNAL_ID_RULE);
  const { attempt = null } = input;
  if (attempt !== null && (attempt < 1 || attempt > HIGHEST_ATTEMPT))
    check.add("attempt", "INVALID", `must be a number from 1 to ${HIGHEST_ATTEMPT}`);
  const numbers = readNumbers(check, input);
  check.finish();
  return { externalId, attempt, ...numbers };
}

async function recordNew(unit: UnitOfWork, input: NewResultInput, stated: Stated): Promise<RecordedResult> {
  const { organizationId, userId, courseId } = input;
  const user = await findUser(unit, organizationId, userId);
  if (user === null) throw new Failure(NOT_FOUND, { type: "user" });
  const course = await findCourse(unit, organizationId, courseId);
  if (course === null) throw new Failure(NOT_FOUND, { type: "course" });
  requireCourse(course);
  const completedAt = input.completedAt ?? unit.now;
  const open = openBefore(await findOpenStart(unit, input), completedAt);
  const values = {
    score: stated.score,
    maximum: stated.maximum,
    percent: null as number | null,
    passRate: input.passRate === undefined ? course.passRate : stated.passRate,
    startedAt: input.startedAt === undefined ? startedBefore(open, completedAt) : input.startedAt,
    completedAt,
  };
  const check = new InputCheck();
  checkTogether(check, values, unit.now);
  check.finish();
  values.percent = percentOf(values);
  const result: Result = {
    ...values,
    passed: input.passed ?? decidePassed(values),
    id: uuidv7(),
    organizationId,
    userId,
    courseId,
    kind: "COURSE",
    attempt: stated.attempt ?? (await findHighestAttempt(unit, input, courseId)) + 1,
    externalId: stated.externalId,
    recordedAt: unit.now,
    version: 1,
  };
  await insertResult(unit, result);
  if (open !== null) await closeStart(unit, open.id, completedAt);
  await appendEvent(unit, {
    organizationId,
    type: COURSE_COMPLETED,
    subject: { id: result.id, version: result.version },
    data: completion(result, course, user),
  });
  await recordAudit(unit, {
    organizationId,
    action: "result.recorded",
    subject: { type: "result", id: result.id },
    after: resultSnapshot(result),
  });
  await updateModules(unit, input, courseId, null);
  const completedModules = await completeModules(unit, organizationId, user, courseId);
  return { result, recorded: true, completedModules };
}

/** How far the clock of another program may be behind when it reports the completion of a start. */
const BEHIND_MILLISECONDS = 300_000;

/**
 * The start that a completion closes. A completion before the start belongs to an earlier attempt that is reported late,
 * so it closes no start.
 */
function openBefore(start: Start | null, completedAt: Date): Start | null {
  return start !== null && start.startedAt.getTime() <= completedAt.getTime() + BEHIND_MILLISECONDS ? start : null;
}

function startedBefore(start: Start | null, completedAt: Date): Date | null {
  if (start === null) return null;
  return start.startedAt > completedAt ? completedAt : start.startedAt;
}

/**
 * Compares a recorded result, as it was first recorded, with the input. Score and maximum are always compared. Other fields
 * that the input leaves out are not compared, because Usher filled them in.
 *
 * @throws RESULT_CONFLICT with every difference
 */
async function requireSame(unit: UnitOfWork, known: Result, input: NewResultInput, stated: Stated): Promise<void> {
  const first = await findFirstValues(unit, known);
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ["userId", known.userId, input.userId],
    ["courseId", known.courseId, input.courseId],
    ["attempt", known.attempt, input.attempt ?? undefined],
    ["score", first.score, stated.score],
    ["maximum", first.maximum, stated.maximum],
    ["passRate", first.passRate, input.passRate === undefined ? undefined : stated.passRate],
    ["passed", first.passed, input.passed ?? undefined],
    ["startedAt", first.startedAt, input.startedAt],
    ["completedAt", first.completedAt, input.completedAt ?? undefined],
  ];
  const differences: ResultDifference[] = pairs
    .filter(([, recorded, sent]) => sent !== undefined && show(recorded) !== show(sent))
    .map(([field, recorded, sent]) => ({ field, recorded: show(recorded), sent: show(sent) }));
  if (differences.length > 0) throw new Failure(RESULT_CONFLICT, { resultId: known.id, differences });
}

function show(value: unknown): ResultDifference["sent"] {
  return value instanceof Date ? value.toISOString() : (value as ResultDifference["sent"]);
}
