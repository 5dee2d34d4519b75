/** Ends a session at Usher and, if the connection is configured for it, at the provider. */
import { ANONYMOUS, SYSTEM, type Caller } from "../access/caller.js";
import type { UnitOfWork } from "../access/unit-of-work.js";
import { recordAudit } from "../audit/record-audit.js";
import { findConnection } from "../connection/stored/connection.repository.js";
import { appendEvent } from "../events/append-event.js";
import type { Organization } from "../people/organization/organization.js";
import { findOrganization, lockOrganization } from "../people/organization/organization.repository.js";
import { endSessionByToken, findSessionInForce } from "../people/session/session.repository.js";
import type { Session } from "../people/session/session.js";
import { describeAccount } from "../people/user/user.changes.js";
import { USER_SIGNED_OUT } from "../people/user/user.events.js";
import { findUser } from "../people/user/user.repository.js";
import { hashToken } from "../platform/crypto/tokens.js";
import type { SignInServices } from "./services.js";

/**
 * Ends the session of a token and returns where the browser goes next: to the provider's sign-out, to `returnTo`, or to the
 * organization's sign-in page. The session ends even if the provider cannot be reached.
 *
 * @param returnTo an address that passed the allow-list
 */
export async function signOut(
  services: SignInServices,
  sessionToken: string | null,
  returnTo: string | null,
): Promise<string> {
  if (sessionToken === null) return returnTo ?? "/sign-in";
  const { reader, begin } = services.store;
  const tokenHash = hashToken(sessionToken);
  const session = await findSessionInForce(reader, tokenHash, services.clock());
  const caller: Caller = session === null ? ANONYMOUS : SYSTEM;
  const user = session && (await findUser(reader, null, session.userId));
  await begin(caller, { kind: "PERSON", actor: session?.userId ?? null }, async (unit) => {
    // Locked first, as in every unit of work that appends to the organization's event log.
    const home = user && (await lockOrganization(unit, user.homeOrganizationId));
    if ((await endSessionByToken(unit, tokenHash)) && session && home) await recordSignOut(unit, home, session);
  });
  if (session === null) return returnTo ?? "/sign-in";
  const atProvider = session.connectionId === null ? null : await findProviderSignOut(services, session.connectionId);
  return atProvider ?? returnTo ?? (await signedOutPage(services, session.organizationId));
}

async function recordSignOut(unit: UnitOfWork, home: Organization, { userId, connectionId }: Session): Promise<void> {
  const user = await findUser(unit, home.id, userId);
  if (user === null) return;
  await appendEvent(unit, {
    organizationId: home.id,
    type: USER_SIGNED_OUT,
    subject: { id: userId, version: user.version },
    data: {
      user: (await describeAccount(unit, home, user)).snapshot,
      changed: null,
      signOut: { connectionId },
    },
  });
  await recordAudit(unit, {
    organizationId: home.id,
    action: "user.signed_out",
    subject: { type: "user", id: userId },
    after: { connectionId },
  });
}

/** Where people land after signing out. This address shows the page and does not start a sign-in at once. */
export async function signedOutPage({ store }: SignInServices, organizationId: string): Promise<string> {
  const organization = await findOrganization(store.reader, null, organizationId);
  return organization === null ? "/sign-in" : `/o/${organization.slug}?signed-out`;
}

async function findProviderSignOut(services: SignInServices, connectionId: string): Promise<string | null> {
  const connection = await findConnection(services.store.reader, null, connectionId);
  if (connection?.state !== "ACTIVE" || services.registry.find(connection.type)?.signOutUrl === undefined) return null;
  try {
    const { type, opened, runtime } = await services.open(connection);
    return type.signOutUrl?.(opened, runtime) ?? null;
  } catch (error) {
    services.logDefect(error, services.reference());
    return null;
  }
}
