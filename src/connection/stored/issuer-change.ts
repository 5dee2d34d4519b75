/**
 * Asks an administrator to confirm settings that name a different issuer. Links stay under the old issuer, so linked
 * people cannot sign in after such a change. Usher refuses the change and tells the number of these people. It stores
 * the change only if the caller sends that number.
 */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { Failure, INVALID_INPUT, type FieldIssue } from "../../platform/errors/failure.js";
import type { AnyConnectionType, SettingsIssuer } from "../contract/index.js";
import { CONFIRMATION_REQUIRED } from "../failures.js";
import { countLinkedUsers } from "../identity/linked-people.repository.js";
import { completeSettings, openStored, type PlainSettings } from "../settings/stored-settings.js";
import type { Connection } from "./connection.js";

/** The issuer that some settings name. */
export function issuerOf(type: AnyConnectionType, plain: PlainSettings): SettingsIssuer {
  return type.issuer(completeSettings(type, plain));
}

/**
 * The issuer that a connection's stored settings name. Opens no secret, so the function works even if the key of the
 * secrets is lost.
 */
export function storedIssuerOf(type: AnyConnectionType, keyRing: KeyRing, connection: Connection): SettingsIssuer {
  return issuerOf(type, openStored(type, keyRing, connection, new Set(Object.keys(connection.secrets))));
}

/** An issuer before and after a change of settings. */
export interface IssuerChange {
  readonly before: SettingsIssuer;
  readonly after: SettingsIssuer;
}

const SWITCHES_TOO: FieldIssue = {
  path: "policies.accountLinking",
  code: "INVALID",
  message: "must be switched in a separate request, because the settings of this request change the issuer",
};

/**
 * Refuses a change of issuer until the caller has confirmed how many linked users it affects.
 *
 * @param request `confirmed` is the number that the caller sent, or `null`; `switches` says that the request also switches
 *   `accountLinking`. If anybody is affected, such a request is refused, because one number cannot confirm both changes
 * @returns how many users are affected
 * @throws CONFIRMATION_REQUIRED, INVALID_INPUT
 */
export async function confirmIssuerChange(
  unit: UnitOfWork,
  connection: Connection,
  change: IssuerChange,
  request: { readonly confirmed: number | null; readonly switches: boolean },
): Promise<number> {
  const affectedUsers = await countAffectedUsers(unit, connection, change);
  if (affectedUsers === 0) return 0;
  if (request.switches) throw new Failure(INVALID_INPUT, { fields: [SWITCHES_TOO] });
  if (affectedUsers !== request.confirmed) {
    const issuer = { before: nameIssuer(change.before), after: nameIssuer(change.after) };
    throw new Failure(CONFIRMATION_REQUIRED, { affectedUsers, issuer });
  }
  return affectedUsers;
}

/**
 * Counts the linked users whose sign-ins the new issuer breaks. If the new settings name no issuer, the count is 0: nobody can
 * sign in with such settings, and the users are counted at the later change that names an issuer.
 */
async function countAffectedUsers(
  unit: UnitOfWork,
  { id, policies }: Connection,
  { before, after }: IssuerChange,
): Promise<number> {
  if (after.kind === "open" || JSON.stringify(before) === JSON.stringify(after)) return 0;
  return await countLinkedUsers(unit, id, {
    merges: policies.accountLinking === "MERGE_BY_EMAIL",
    among: before.kind === "named" ? before.issuers : null,
    except: after.kind === "named" ? after.issuers : [],
  });
}

function nameIssuer(issuer: SettingsIssuer): string | null {
  return issuer.kind === "named" ? (issuer.issuers[0] ?? null) : null;
}
