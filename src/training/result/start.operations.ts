/** Starts a course for a user, which uses a seat of the organization's plan. */
import { v7 as uuidv7 } from "uuid";
import { causeOf, requirePermission, type Caller, type Cause } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { SEATS_FULL } from "../../people/failures.js";
import type { Organization } from "../../people/organization/organization.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import { countSeatsInUse, findHeldSeat, useSeat, type HeldSeat } from "../../people/seat/seat.changes.js";
import { findUser } from "../../people/user/user.repository.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { findChildrenOf, findCourse } from "../course/course.repository.js";
import type { Course } from "../course/course.js";
import { COURSE_ARCHIVED, COURSE_EXPECTED, TRAINING_NOT_ALLOWED } from "../failures.js";
import { findOpenStart, insertStart } from "./start.repository.js";
import type { Start } from "./start.js";
import { findHighestAttempt } from "./write-result.js";

/** A user and the course to start. */
export interface StartInput {
  readonly organizationId: string;
  readonly userId: string;
  readonly courseId: string;
  /** The module as part of which the user starts the course. */
  readonly moduleId?: string | null;
}

/** The start and the seat that it uses. */
export interface StartedTraining {
  readonly start: Start;
  /** `null` if the organization does not count seats. */
  readonly seat: HeldSeat | null;
}

/**
 * Starts a course for a user, on the user's seat or on a free one. If the user has started the course and not completed
 * it, returns that start. If a new billing cycle has begun since, the start uses a seat of that cycle too.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, TRAINING_NOT_ALLOWED, COURSE_ARCHIVED, COURSE_EXPECTED, SEATS_FULL, and
 *   INVALID_INPUT for a module that does not have the course
 */
export async function startTraining({ begin }: Store, caller: Caller, input: StartInput): Promise<StartedTraining> {
  const { organizationId, userId, courseId } = input;
  return await begin(caller, causeOfStart(caller, input), async (unit) => {
    const organization = await lockOrganization(unit, organizationId);
    if (organization === null) throw new Failure(NOT_FOUND, { type: "organization" });
    await requireActiveMember(unit, organizationId, userId);
    await requireStartable(unit, organizationId, courseId);
    const moduleId = input.moduleId ?? null;
    if (moduleId !== null) await requireModuleWith(unit, organizationId, moduleId, courseId);
    const seat = await requireUsedSeat(unit, organization, userId);
    const open = await findOpenStart(unit, input);
    if (open !== null) return { start: open, seat };
    const start: Start = {
      id: uuidv7(),
      organizationId,
      userId,
      courseId,
      moduleId,
      attempt: (await findHighestAttempt(unit, input, courseId)) + 1,
      startedAt: unit.now,
      completedAt: null,
    };
    await insertStart(unit, start);
    // The audit log is for administration. Starting one's own training is not administration.
    if (unit.cause.kind !== "PERSON")
      await recordAudit(unit, {
        organizationId,
        action: "training.started",
        subject: { type: "user", id: userId },
        after: { id: start.id, courseId, moduleId, attempt: start.attempt },
      });
    return { start, seat };
  });
}

/** A person needs no permission to start their own training. Other starts need TRAINING_WRITE. */
function causeOfStart(caller: Caller, { organizationId, userId }: StartInput): Cause {
  if (caller.kind === "PERSON" && caller.userId === userId && caller.organizationId === organizationId)
    return { kind: "PERSON", actor: userId };
  requirePermission(caller, organizationId, "TRAINING_WRITE");
  return causeOf(caller);
}

async function requireActiveMember(unit: UnitOfWork, organizationId: string, userId: string): Promise<void> {
  const user = await findUser(unit, organizationId, userId);
  if (user === null) throw new Failure(TRAINING_NOT_ALLOWED, { reason: "NOT_A_MEMBER" });
  if (user.status !== "ACTIVE") throw new Failure(TRAINING_NOT_ALLOWED, { reason: user.status });
}

async function requireStartable(unit: UnitOfWork, organizationId: string, courseId: string): Promise<void> {
  const course = await findCourse(unit, organizationId, courseId);
  if (course === null) throw new Failure(NOT_FOUND, { type: "course" });
  requireCourse(course);
  requireOffered(course);
}

/** @throws COURSE_EXPECTED for a module */
export function requireCourse({ id, kind, title }: Course): void {
  if (kind === "MODULE") throw new Failure(COURSE_EXPECTED, { courseId: id, title });
}

function requireOffered({ id, title, archivedAt }: Course): void {
  if (archivedAt !== null) throw new Failure(COURSE_ARCHIVED, { courseId: id, title });
}

async function requireModuleWith(
  unit: UnitOfWork,
  organizationId: string,
  moduleId: string,
  courseId: string,
): Promise<void> {
  const module = await findCourse(unit, organizationId, moduleId);
  const children = (await findChildrenOf(unit, [moduleId])).get(moduleId) ?? [];
  const check = new InputCheck();
  if (module === null || !children.some(({ id }) => id === courseId))
    check.add("moduleId", "UNKNOWN", "must be a module that has the course");
  check.finish();
  if (module !== null) requireOffered(module);
}

async function requireUsedSeat(unit: UnitOfWork, organization: Organization, userId: string): Promise<HeldSeat | null> {
  const { id, totalSeats } = organization;
  switch (await useSeat(unit, organization, userId)) {
    case "USED":
      return await findHeldSeat(unit, id, userId);
    case "UNCOUNTED":
      return null;
    case "FULL":
      throw new Failure(SEATS_FULL, { seatsInUse: await countSeatsInUse(unit, id), totalSeats });
  }
}
