/** Ends a session at Usher and, if the connection is configured for it, at the provider. */
import { ANONYMOUS, SYSTEM, type Caller } from "../access/caller.js";
import { recordAudit } from "../audit/record-audit.js";
import { OPERATOR_SESSION_PREFIX } from "../people/operator/operator.js";
import { endOperatorSession, findOperatorSession } from "../people/operator/operator.repository.js";
import { findOrganization, lockOrganization } from "../people/organization/organization.repository.js";
import { findProviderSession, type KeptProviderSession } from "../people/session/provider-session.repository.js";
import { endSessionByToken, findSessionInForce } from "../people/session/session.repository.js";
import { findUser } from "../people/user/user.repository.js";
import { UnsealError } from "../platform/crypto/key-ring.js";
import { hashToken } from "../platform/crypto/tokens.js";
import { beginLogout } from "./logout/begin-logout.js";
import { recordSignOut } from "../people/session/record-sign-out.js";
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
  if (sessionToken.startsWith(OPERATOR_SESSION_PREFIX)) {
    await signOperatorOut(services, tokenHash);
    return returnTo ?? "/operator";
  }
  const session = await findSessionInForce(reader, tokenHash, services.clock());
  const caller: Caller = session === null ? ANONYMOUS : SYSTEM;
  const user = session && (await findUser(reader, null, session.userId));
  // Read before the session ends, because its end deletes the provider's session, too.
  const atProvider = session && (await readProviderSession(services, session.id));
  await begin(caller, { kind: "PERSON", actor: session?.userId ?? null }, async (unit) => {
    // Every unit of work that appends to an organization's event log locks the organization first.
    const home = user && (await lockOrganization(unit, user.homeOrganizationId));
    if ((await endSessionByToken(unit, tokenHash)) && session && home) await recordSignOut(unit, home, session);
  });
  if (session === null) return returnTo ?? "/sign-in";
  const { connectionId, organizationId } = session;
  const address = connectionId === null ? null : await beginLogout(services, connectionId, atProvider, returnTo);
  return address ?? returnTo ?? (await signedOutPage(services, organizationId));
}

async function signOperatorOut({ store, clock }: SignInServices, tokenHash: string): Promise<void> {
  const session = await findOperatorSession(store.reader, tokenHash, clock());
  if (session === null) return;
  const { operatorId } = session;
  await store.begin(SYSTEM, { kind: "OPERATOR", actor: operatorId }, async (unit) => {
    if (await endOperatorSession(unit, tokenHash))
      await recordAudit(unit, {
        organizationId: null,
        action: "operator.signed_out",
        subject: { type: "operator", id: operatorId },
      });
  });
}

/**
 * The address of the page on which people land after signing out. It never starts a sign-in at once, as an
 * organization's page otherwise may.
 *
 * @param onlyHere whether the page says that the person may still be signed in at the provider
 */
export async function signedOutPage(
  { store }: SignInServices,
  organizationId: string,
  onlyHere = false,
): Promise<string> {
  const organization = await findOrganization(store.reader, null, organizationId);
  return organization === null ? "/sign-in" : `/o/${organization.slug}?signed-out${onlyHere ? "=here" : ""}`;
}

/**
 * The person's session at the provider, which the provider needs to sign the person out. If it cannot be decrypted,
 * returns `null`, so that the sign-out at Usher succeeds.
 */
async function readProviderSession(services: SignInServices, sessionId: string): Promise<KeptProviderSession | null> {
  try {
    return await findProviderSession(services.store.reader, services.keyRing, sessionId);
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error;
    services.logDefect(error, services.reference());
    return null;
  }
}
