/** Corrects a result, and keeps the earlier values with who changed them, when and why. */
import { causeOf, scopeFor, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { recordAudit } from "../../audit/record-audit.js";
import { requireVersion } from "../../people/failures.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { findCourse } from "../course/course.repository.js";
import { updateModules } from "./complete-modules.js";
import { checkTogether, readNumbers } from "./read-values.js";
import { requireNotOneself } from "./record.operations.js";
import { resultSnapshot } from "./result.events.js";
import { findResult } from "./result.repository.js";
import type { Result, ResultValues } from "./result.js";
import { requireCourse } from "./start.operations.js";
import { decidePassed, percentOf } from "./work-out.js";
import { changeValues } from "./write-result.js";

const REASON_RULE = { longest: 1000 };

/** Corrections to a result. Absent fields stay, `null` clears. */
export interface CorrectionInput {
  readonly id: string;
  /** The version that the caller has read; absent: any version. */
  readonly expectedVersion?: number | null;
  readonly score?: number | null;
  readonly maximum?: number | null;
  readonly passRate?: number | null;
  /** Absent: if the old value follows from the score, Usher calculates it again; if not, the old value stays. */
  readonly passed?: boolean | null;
  readonly startedAt?: Date | null;
  /** Cannot be cleared. */
  readonly completedAt?: Date | null;
  readonly reason?: string | null;
}

/**
 * Corrects a course's result, and calculates again the results of modules that depend on it. An input without a
 * difference stores nothing. Corrections have no event.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for own results), NOT_FOUND, COURSE_EXPECTED (a module's result follows from
 *   its courses'), INVALID_INPUT, VERSION_CONFLICT
 */
export async function correctResult(store: Store, caller: Caller, input: CorrectionInput): Promise<Result> {
  const scope = scopeFor(caller, "TRAINING_WRITE");
  const found = await findResult(store.reader, scope, input.id);
  if (found === null) throw new Failure(NOT_FOUND, { type: "result" });
  requireNotOneself(caller, found.userId);
  const course = await findCourse(store.reader, null, found.courseId);
  if (course !== null) requireCourse(course);
  const check = new InputCheck();
  const reason = check.optionalText("reason", input.reason, REASON_RULE);
  const numbers = readNumbers(check, input);
  if (input.completedAt === null) check.add("completedAt", "REQUIRED", "cannot be cleared");
  check.finish();

  return await store.begin(caller, causeOf(caller), async (unit) => {
    await lockOrganization(unit, found.organizationId);
    const before = await findResult(unit, scope, input.id);
    if (before === null) throw new Failure(NOT_FOUND, { type: "result" });
    requireVersion(input.expectedVersion, before.version);
    const values = correct(before, input, numbers);
    const together = new InputCheck();
    checkTogether(together, values, unit.now);
    together.finish();
    const after = await changeValues(unit, before, values, reason);
    if (after === before) return before;
    await recordAudit(unit, {
      organizationId: after.organizationId,
      action: "result.corrected",
      subject: { type: "result", id: after.id },
      before: resultSnapshot(before),
      after: { ...resultSnapshot(after), reason },
    });
    await updateModules(unit, after, after.courseId, reason);
    return after;
  });
}

/** The values after a correction. `passed` is calculated again if its old value follows from the score. */
function correct(
  before: Result,
  input: CorrectionInput,
  numbers: Pick<ResultValues, "score" | "maximum" | "passRate">,
): ResultValues {
  const stated = {
    score: input.score === undefined ? before.score : numbers.score,
    maximum: input.maximum === undefined ? before.maximum : numbers.maximum,
    passRate: input.passRate === undefined ? before.passRate : numbers.passRate,
    startedAt: input.startedAt === undefined ? before.startedAt : input.startedAt,
    completedAt: input.completedAt ?? before.completedAt,
  };
  const percent = percentOf(stated);
  const followed = before.passed === decidePassed(before);
  const worked = followed ? decidePassed({ percent, passRate: stated.passRate }) : before.passed;
  return { ...stated, percent, passed: input.passed === undefined ? worked : input.passed };
}
