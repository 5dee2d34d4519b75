/**
 * Signs a person in by a passkey alone, where the organization allows it. The passkey is found by its id, so the person enters
 * nothing. The device has asked for a fingerprint, a face or a PIN, which is the second factor (NIST SP 800-63B-4, section 3.1.7).
 *
 * ```
 * verify   findPasskey → the signature over a challenge of this browser, which is good for five minutes
 * decide   one unit: lock the organization → read the account again → use the challenge up → completeSignIn
 * ```
 */
import { SYSTEM } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { findCredential } from "../../people/credential/credential.repository.js";
import type { Passkey } from "../../people/factor/factor.js";
import { findFactors, findPasskey, notePasskeyUsed } from "../../people/factor/factor.repository.js";
import { passkeySiteOf, readCredentialId, verifyPasskey, type ShownPasskey } from "../../people/factor/passkeys.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import type { Organization } from "../../people/organization/organization.js";
import { findUser } from "../../people/user/user.repository.js";
import { refuse, type Refusal } from "../../provisioning/refusal.js";
import { beginAttempt, beginStep, recordAttempt } from "../attempt/attempt.js";
import type { BrowserRequest } from "../browser-request.js";
import { PASSKEY_NOT_ACCEPTED, SECOND_FACTOR_CLONED } from "../failures.js";
import { noteReplay } from "../flow/flow.repository.js";
import type { HeldUp, PasswordRefused, SignedIn } from "../outcomes.js";
import {
  answerCompleted,
  auditRefusal,
  completeSignIn,
  issueSignInTokens,
  type Completed,
} from "../password/complete-sign-in.js";
import { sleeps } from "../password/sleeps.js";
import { recordRefusal, toSafeReason, type SignInRefused } from "../record-refusal.js";
import type { SignInServices } from "../services.js";

/** How long the challenge of a page is valid. */
const CHALLENGE_SECONDS = 5 * 60;

/** The challenge of a page: a value that only this browser has, and the time of the page. */
export interface PageChallenge {
  /** The value of the form's token, which belongs to the browser's cookie. */
  readonly formToken: string;
  /** In milliseconds since 1970, as the form has it. */
  readonly issuedAt: string;
}

/** The text from which the passkey's challenge is computed. */
export function challengeSource({ formToken, issuedAt }: PageChallenge): string {
  return `${formToken} ${issuedAt}`;
}

/** A browser's response about a passkey, unchecked, at the page of an organization. */
export interface PasskeyRequest {
  readonly organization: Organization;
  readonly challenge: PageChallenge;
  readonly response: string;
  /** Where the sign-in leads. The address passed the allow-list. */
  readonly returnTo: string | null;
}

/** Signs the person in, or refuses them. */
export async function signInByPasskey(
  services: SignInServices,
  browser: BrowserRequest,
  { organization, challenge, response, returnTo }: PasskeyRequest,
): Promise<SignedIn | HeldUp | PasswordRefused | SignInRefused> {
  const now = services.clock();
  const begun = beginAttempt({
    reference: services.reference(),
    organizationId: organization.id,
    connectionId: null,
    client: browser.client,
    // "user" and "mfa": the device has verified the person (RFC 8176, section 2).
    authentication: { acr: null, amr: ["pop", "user", "mfa"], authTime: now },
  });
  const attempt = beginStep(begun, "PASSKEY", now);
  const source = challengeSource(challenge);
  const age = now.getTime() - Number(challenge.issuedAt);
  const isFresh = age >= 0 && age <= CHALLENGE_SECONDS * 1000;
  const credentialId = isFresh ? readCredentialId(response) : null;
  const passkey =
    credentialId === null ? null : await findPasskey(services.store.reader, organization.id, credentialId);
  const site = passkeySiteOf(services.returnRules.publicUrl);
  const verified = passkey === null ? null : await verifyPasskey(site, source, [passkey], response, "ALONE");
  const tokens = issueSignInTokens();

  const decide = async (unit: UnitOfWork): Promise<Completed | { kind: "password-refused"; refusal: Refusal }> => {
    const home = await lockOrganization(unit, organization.id);
    if (home === null) throw new Error("the organization was deleted during the sign-in");
    const shown = verified === "CLONED" ? verified : await useUp(unit, home, verified);
    const user = passkey === null ? null : await findUser(unit, home.id, passkey.holder.id);
    if (shown === null || shown === "CLONED" || user === null) {
      const refusal = refuse(shown === "CLONED" ? SECOND_FACTOR_CLONED : PASSKEY_NOT_ACCEPTED, null, user);
      await recordAttempt(unit, attempt, {
        outcome: refusal.failure.code,
        detail: null,
        userId: user?.id ?? null,
      });
      await auditRefusal(unit, attempt, refusal);
      return { kind: "password-refused", refusal };
    }
    const { operatorContact } = services;
    return await completeSignIn(unit, {
      attempt,
      browser,
      organization: home,
      user,
      returnTo,
      tokens,
      operatorContact,
    });
  };

  /** The verified passkey, if it may be used now and the challenge was not used before. */
  async function useUp(unit: UnitOfWork, home: Organization, shown: ShownPasskey | null): Promise<Passkey | null> {
    if (shown === null || !home.policies.passkeySignIn) return null;
    const { holder, id, counter } = shown.passkey;
    const user = await findUser(unit, home.id, holder.id);
    // Whoever may not sign in by password may not sign in by a passkey either.
    if (user === null || (await findCredential(unit, holder.id)) === null || (await sleeps(unit, home, user)))
      return null;
    const present = (await findFactors(unit, holder)).find((each) => each.id === id);
    if (present?.kind !== "PASSKEY" || present.counter !== counter) return null;
    const expiresAt = new Date(unit.now.getTime() + CHALLENGE_SECONDS * 1000);
    if (!(await noteReplay(unit, id, { kind: "PASSKEY", id: source, expiresAt }))) return null;
    await notePasskeyUsed(unit, id, shown);
    return present;
  }

  try {
    const result = await services.store.begin(SYSTEM, { kind: "SIGN_IN", actor: null }, decide);
    if (result.kind !== "password-refused") return answerCompleted(result, { attempt, organization, returnTo, tokens });
    const { code, message, status } = toSafeReason(result.refusal.failure);
    const { reference } = attempt;
    return {
      kind: "password-refused",
      organization,
      login: "",
      returnTo,
      managesFactors: false,
      code,
      message,
      status,
      reference,
    };
  } catch (error) {
    return await recordRefusal(services, { organization, connection: null, returnTo }, attempt, error);
  }
}
