/** Changes of a signed-in person's own profile. */
import type { Caller } from "../../../access/caller.js";
import type { Store } from "../../../access/store.js";
import { recordAudit } from "../../../audit/record-audit.js";
import { Failure, NOT_FOUND, UNAUTHENTICATED } from "../../../platform/errors/failure.js";
import { InputCheck } from "../../../platform/errors/input.js";
import { requireSignedIn } from "../../caller/require-signed-in.js";
import { FIELD_OVERRULED, requireVersion } from "../../failures.js";
import { chooseWinners, type FieldSource, type FieldValue, type FieldValues } from "./field.js";
import type { FieldName } from "./field-name.js";
import { findFieldsOf } from "./field.repository.js";
import { readPersonChange, type PersonChange } from "./person-input.js";
import { findLocks } from "./profile.js";
import { lockAccount } from "../status/status.operations.js";
import { changeAccount } from "../user.changes.js";
import { showMember } from "../user.access.js";
import { findUser } from "../user.repository.js";
import type { AuthMethod, Member, User } from "../user.js";

/** The fields that people may change themselves. None identifies them at sign-in. Absent fields stay unchanged, and `null` removes the person's value. */
export interface MyProfileInput extends Pick<PersonChange, "firstName" | "lastName" | "fullName" | "profile"> {
  /** The version that the caller has read; absent to change any version. */
  readonly expectedVersion?: number | null;
}

/**
 * Changes the signed-in person's own profile, with the person as the source. Ignores values that are shown already.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (for keys), INVALID_INPUT, VERSION_CONFLICT, and FIELD_OVERRULED with every field that
 *   another source decides
 */
export async function updateMyProfile(store: Store, caller: Caller, input: MyProfileInput): Promise<Member> {
  const { userId, organizationId } = requireSignedIn(caller);
  const found = await findUser(store.reader, organizationId, userId);
  if (found === null) throw new Failure(NOT_FOUND, { type: "user" });
  const check = new InputCheck();
  const { firstName, lastName, fullName, profile } = input;
  const values = readPersonChange(check, { firstName, lastName, fullName, profile } as PersonChange);
  check.finish();

  return await store.begin(caller, { kind: "PERSON", actor: userId }, async (unit) => {
    const { organization, user: before } = await lockAccount(unit, found.homeOrganizationId, userId);
    // The session was read before the lock, and the account may have been disabled since.
    if (before.status !== "ACTIVE") throw new Failure(UNAUTHENTICATED, {});
    requireVersion(input.expectedVersion, before.version);
    const { fieldPrecedence } = organization.policies;
    const fields = await findFieldsOf(unit, userId);
    const changes = leaveOutShown(values, before, fields, fieldPrecedence);
    requireUnlocked(changes, fields, fieldPrecedence, before.authMethod);
    const changed = await changeAccount(unit, organization, before, {
      given: { source: "PERSON", sourceId: userId, values: changes },
      mustBeShown: true,
    });
    if (changed.user.version !== before.version)
      await recordAudit(unit, {
        organizationId: organization.id,
        action: "user.updated",
        subject: { type: "user", id: userId },
        before: changed.before,
        after: changed.after,
      });
    return showMember(caller, changed.user, organizationId);
  });
}

/** A form sends every field that it shows, so unchanged values are left out. */
function leaveOutShown(
  values: FieldValues,
  user: User,
  fields: readonly FieldValue[],
  precedence: readonly FieldSource[],
): FieldValues {
  const winners = chooseWinners(fields, precedence);
  const columns: Readonly<Record<string, string>> = {
    firstName: user.firstName,
    lastName: user.lastName,
    fullName: user.fullName,
  };
  const shown = (field: FieldName) => winners.get(field)?.value ?? columns[field] ?? "";
  return Object.fromEntries(
    (Object.entries(values) as [FieldName, string | null][]).filter(([field, value]) => (value ?? "") !== shown(field)),
  );
}

function requireUnlocked(
  changes: FieldValues,
  fields: readonly FieldValue[],
  precedence: readonly FieldSource[],
  authMethod: AuthMethod,
): void {
  const locks = findLocks(fields, precedence, authMethod);
  const locked = (Object.keys(changes) as FieldName[]).flatMap((field) => {
    const source = locks.get(field);
    return source === undefined ? [] : [{ field, source }];
  });
  if (locked.length > 0) throw new Failure(FIELD_OVERRULED, { fields: locked });
}
