/** Checks the second factor that a person or an operator shows, and notes its use. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { hashRecoveryCode, verifyAppCode } from "../../people/factor/codes.js";
import {
  appSecretContext,
  type AuthenticatorApp,
  type Passkey,
  type SecondFactor,
} from "../../people/factor/factor.js";
import { findFactors, noteAppUsed, notePasskeyUsed, takeRecoveryCode } from "../../people/factor/factor.repository.js";
import type { FactorHolder } from "../../people/factor/holder.js";
import { passkeySiteOf, verifyPasskey, type ShownPasskey } from "../../people/factor/passkeys.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import type { SignInServices } from "../services.js";

/** What the person showed: a text that they typed, or a browser's response about a passkey. */
export type ShownFactor = { readonly code: string } | { readonly passkey: string };

/** A shown factor whose slow part is done. `useFactor` decides. */
export type PreparedFactor = { readonly code: string } | { readonly passkey: ShownPasskey | "CLONED" | null };

/** Verifies a passkey before the unit of work, because that takes time. A code stays as it is. */
export async function prepareFactor(
  { store, returnRules }: SignInServices,
  holder: FactorHolder,
  token: string,
  shown: ShownFactor,
): Promise<PreparedFactor> {
  if ("code" in shown) return shown;
  const passkeys = (await findFactors(store.reader, holder)).filter((each) => each.kind === "PASSKEY");
  return { passkey: await verifyPasskey(passkeySiteOf(returnRules.publicUrl), token, passkeys, shown.passkey) };
}

/** The factor that was shown, or why it is refused. */
export type FactorUse = "APP" | "PASSKEY" | "RECOVERY_CODE" | "WRONG" | "CLONED";

/** How a used factor authenticates (RFC 8176, section 2). */
export function methodOf(use: "APP" | "PASSKEY" | "RECOVERY_CODE"): "otp" | "pop" {
  return use === "PASSKEY" ? "pop" : "otp";
}

/** Checks the factor against those of the holder, and notes its use. The caller has locked the holder. */
export async function useFactor(
  unit: UnitOfWork,
  keyRing: KeyRing,
  holder: FactorHolder,
  shown: PreparedFactor,
): Promise<FactorUse> {
  const factors = await findFactors(unit, holder);
  return "passkey" in shown
    ? await usePasskey(unit, factors, shown.passkey)
    : await useCode(unit, { keyRing, holder, factors }, shown.code);
}

async function usePasskey(
  unit: UnitOfWork,
  factors: readonly SecondFactor[],
  verified: ShownPasskey | "CLONED" | null,
): Promise<FactorUse> {
  if (verified === null) return "WRONG";
  if (verified === "CLONED") return "CLONED";
  const present = factors.find((each): each is Passkey => each.kind === "PASSKEY" && each.id === verified.passkey.id);
  // Another request removed the passkey, or used it with a higher counter.
  if (present === undefined || present.counter !== verified.passkey.counter) return "WRONG";
  await notePasskeyUsed(unit, present.id, verified);
  return "PASSKEY";
}

interface CodeContext {
  readonly keyRing: KeyRing;
  readonly holder: FactorHolder;
  readonly factors: readonly SecondFactor[];
}

/** Looks at the code first as one of an app, then as a recovery code. */
async function useCode(
  unit: UnitOfWork,
  { keyRing, holder, factors }: CodeContext,
  entered: string,
): Promise<FactorUse> {
  const code = entered.replaceAll(/\s/g, "");
  for (const factor of factors.filter((each): each is AuthenticatorApp => each.kind === "AUTHENTICATOR_APP")) {
    const context = appSecretContext(factor.id);
    const secret = keyRing.open(factor.secret, context);
    const lastStep = verifyAppCode(secret, code, unit.now, factor.lastStep);
    if (lastStep === null) continue;
    await noteAppUsed(unit, factor.id, {
      lastStep,
      // A new first key of the ring encrypts the secret again.
      secret: keyRing.needsReseal(factor.secret) ? keyRing.seal(secret, context) : factor.secret,
    });
    return "APP";
  }
  const hash = hashRecoveryCode(code);
  return hash !== null && (await takeRecoveryCode(unit, holder, hash)) ? "RECOVERY_CODE" : "WRONG";
}
