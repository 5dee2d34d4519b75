/** Changes the status of an account in the caller's unit of work. GraphQL, provisioning and directories use it. */
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { appendEvent } from "../../../events/append-event.js";
import { changesBetween } from "../../../events/event-type.js";
import { Failure } from "../../../platform/errors/failure.js";
import { consumeInvitations, endAccess } from "../../credential/credential.changes.js";
import { USER_STATUS_CONFLICT } from "../../failures.js";
import type { Organization } from "../../organization/organization.js";
import { releaseUnusedSeats, requireSeat, takeSeats } from "../../seat/seat-of-user.js";
import { findTransition, type StatusAction } from "./user-status.js";
import { describeAccount, type ChangedAccount } from "../user.changes.js";
import {
  USER_APPROVED,
  USER_ARCHIVED,
  USER_DISABLED,
  USER_ENABLED,
  USER_REJECTED,
  USER_RESTORED,
} from "../user.events.js";
import { updateUserRow } from "../user.repository.js";
import type { User } from "../user.js";

const EVENTS = {
  ENABLE: USER_ENABLED,
  DISABLE: USER_DISABLED,
  ARCHIVE: USER_ARCHIVED,
  RESTORE: USER_RESTORED,
  APPROVE: USER_APPROVED,
  REJECT: USER_REJECTED,
  ACCEPT: USER_ENABLED,
} as const satisfies Record<StatusAction, unknown>;

/**
 * Applies an action to an account and appends its event. The caller locks the organization. When access ends, sessions and
 * one-time links end and an unused seat becomes free in the same unit of work. When access begins, the account takes a
 * seat. An account that has the status already stays unchanged, without an event.
 *
 * Does not protect the owner or the last administrator, because a deprovisioning by the identity provider always ends
 * access. Operations by hand check that before.
 *
 * @throws USER_STATUS_CONFLICT, SEATS_FULL
 */
export async function changeStatus(
  unit: UnitOfWork,
  home: Organization,
  before: User,
  action: StatusAction,
): Promise<ChangedAccount | null> {
  const transition = findTransition(before.status, action);
  switch (transition.kind) {
    case "SAME":
      return null;
    case "REFUSED":
      throw new Failure(USER_STATUS_CONFLICT, { status: before.status, action, instead: transition.instead });
    case "TO": {
      const { status } = transition;
      if (status === "ACTIVE") await requireSeat(unit, home, { id: before.id, isNew: false });
      const user: User = { ...before, status, version: before.version + 1, updatedAt: unit.now };
      const { snapshot } = await describeAccount(unit, home, before);
      await updateUserRow(unit, before, user);
      const after = { ...snapshot, status };
      await appendEvent(unit, {
        organizationId: home.id,
        type: EVENTS[action],
        subject: { id: user.id, version: user.version },
        data: { user: after, changed: changesBetween(snapshot, after) },
      });
      if (action === "ACCEPT") await consumeInvitations(unit, user.id);
      if (status === "ACTIVE") await takeSeats(unit, home, user.id);
      else {
        await endAccess(unit, user.id);
        await releaseUnusedSeats(unit, home, user.id);
      }
      return { user, before: snapshot, after };
    }
  }
}
