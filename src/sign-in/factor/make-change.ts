/** Adds and removes second factors and recovery codes, for people and for operators. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { deriveAppSecret, hashRecoveryCode, makeRecoveryCodes, verifyAppCode } from "../../people/factor/codes.js";
import { appSecretContext, MOST_FACTORS, type SecondFactor } from "../../people/factor/factor.js";
import {
  countRecoveryCodesOf,
  deleteFactor,
  insertFactor,
  isPasskeyKnown,
  replaceRecoveryCodes,
} from "../../people/factor/factor.repository.js";
import type { FactorHolder } from "../../people/factor/holder.js";
import type { NewPasskey } from "../../people/factor/passkeys.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { cutText } from "../../platform/text.js";

/** What the person asks for. */
export type FactorChange =
  | { readonly kind: "ADD_APP"; readonly code: string; readonly label: string }
  | { readonly kind: "ADD_PASSKEY"; readonly response: string; readonly label: string }
  | { readonly kind: "REMOVE"; readonly id: string }
  | { readonly kind: "NEW_CODES" };

/** What became of a change. */
export interface FactorsChange {
  readonly kind: "factors-changed";
  /** Recovery codes, to show once; `null` if none were made. */
  readonly recoveryCodes: readonly string[] | null;
  /** Why nothing was changed; `null` if the change was made. */
  readonly problem: string | null;
}

/** Whose factors are changed, and how. */
export interface FactorSituation {
  readonly holder: FactorHolder;
  readonly factors: readonly SecondFactor[];
  /** Whether the holder cannot be without a factor. */
  readonly isRequired: boolean;
  /** The token of the waiting sign-in. */
  readonly token: string;
  /** The verified new passkey; `null` if the change adds none, or if the browser's response was wrong. */
  readonly passkey: NewPasskey | null;
  /** Records the change, and sends the notice. */
  readonly tell: (change: ToldChange) => Promise<void>;
}

/** A change that was made. */
export type ToldChange =
  { readonly kind: "ADDED" | "REMOVED"; readonly label: string } | { readonly kind: "NEW_CODES" };

type Made = Omit<FactorsChange, "kind">;

const refused = (problem: string): Made => ({ recoveryCodes: null, problem });

/** Makes one change. The caller has locked the holder. */
export async function makeFactorChange(
  unit: UnitOfWork,
  keyRing: KeyRing,
  situation: FactorSituation,
  change: FactorChange,
): Promise<Made> {
  const { holder, factors, isRequired, tell } = situation;
  switch (change.kind) {
    case "ADD_APP":
    case "ADD_PASSKEY": {
      if (factors.length >= MOST_FACTORS) return refused(`You have ${MOST_FACTORS} factors. Remove one first.`);
      const factor = await readNewFactor(unit, keyRing, situation, change);
      if (typeof factor === "string") return refused(factor);
      await insertFactor(unit, factor);
      await tell({ kind: "ADDED", label: factor.label });
      const hasCodes = (await countRecoveryCodesOf(unit, holder)) > 0;
      return { recoveryCodes: hasCodes ? null : await replaceCodes(unit, holder), problem: null };
    }
    case "REMOVE": {
      const factor = factors.find(({ id }) => id === change.id);
      if (factor === undefined) return { recoveryCodes: null, problem: null };
      const isLast = factors.length === 1;
      if (isLast && isRequired) return refused("You need a second factor. Add another one before you remove this one.");
      await deleteFactor(unit, holder, factor.id);
      if (isLast) await replaceRecoveryCodes(unit, holder, []);
      await tell({ kind: "REMOVED", label: factor.label });
      return { recoveryCodes: null, problem: null };
    }
    case "NEW_CODES": {
      if (factors.length === 0) return refused("Add a second factor first. The codes replace it if you lose it.");
      const recoveryCodes = await replaceCodes(unit, holder);
      await tell({ kind: "NEW_CODES" });
      return { recoveryCodes, problem: null };
    }
  }
}

/** The factor that the person has proved to have, or a sentence that says what is wrong. */
async function readNewFactor(
  unit: UnitOfWork,
  keyRing: KeyRing,
  { holder, factors, token, passkey }: FactorSituation,
  change: Extract<FactorChange, { readonly label: string }>,
): Promise<SecondFactor | string> {
  const id = uuidv7();
  const base = { id, holder, createdAt: unit.now, lastUsedAt: unit.now };
  if (change.kind === "ADD_PASSKEY") {
    if (passkey === null) return "The browser's answer was not right. Try again.";
    if (await isPasskeyKnown(unit, passkey.credential.id)) return "This passkey is in use already.";
    return { ...base, kind: "PASSKEY", label: labelOf(change.label, "Passkey", factors), ...passkey };
  }
  const secret = deriveAppSecret(token);
  const lastStep = verifyAppCode(secret, change.code.replaceAll(/\s/g, ""), unit.now, null);
  if (lastStep === null) return "This code is not right. Enter the code that the app shows now.";
  const opened = factors.map((each) =>
    each.kind === "AUTHENTICATOR_APP" ? keyRing.open(each.secret, appSecretContext(each.id)) : null,
  );
  if (opened.includes(secret)) return "This app is added already. Sign in again to add another one.";
  return {
    ...base,
    kind: "AUTHENTICATOR_APP",
    label: labelOf(change.label, "Authenticator app", factors),
    secret: keyRing.seal(secret, appSecretContext(id)),
    lastStep,
  };
}

const LONGEST_LABEL = 100;

/** The name that the person gave, or one that no other factor of the account has. */
function labelOf(given: string, fallback: string, factors: readonly SecondFactor[]): string {
  const label = cutText(given.replaceAll(/\p{C}/gu, "").trim(), LONGEST_LABEL);
  if (label !== "") return label;
  const taken = factors.filter((each) => each.label.startsWith(fallback)).length;
  return taken === 0 ? fallback : `${fallback} ${taken + 1}`;
}

async function replaceCodes(unit: UnitOfWork, holder: FactorHolder): Promise<readonly string[]> {
  const codes = makeRecoveryCodes();
  await replaceRecoveryCodes(
    unit,
    holder,
    codes.map((code) => hashRecoveryCode(code) as string),
  );
  return codes;
}
