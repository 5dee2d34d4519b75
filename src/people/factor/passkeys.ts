/**
 * Adds and verifies passkeys (Web Authentication, level 3). The library is loaded at the first use, because most processes
 * never see a passkey.
 */
import { createHash } from "node:crypto";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import type { Passkey, PasskeyCredential } from "./factor.js";

/** The site that passkeys are for. */
export interface PasskeySite {
  /** The origin of Usher's own pages, such as `https://id.example.com`. */
  readonly origin: string;
  /** The relying party id: the host of the origin. */
  readonly host: string;
}

/** Makes the site from Usher's public URL. */
export function passkeySiteOf(publicUrl: string): PasskeySite {
  const { origin, hostname } = new URL(publicUrl);
  return { origin, host: hostname };
}

/** The longest response of a browser, in characters. */
const LONGEST_RESPONSE = 20_000;

/**
 * The challenge for a passkey: a hash of the purpose and of the waiting sign-in's token. The token is random and used
 * once, so a browser's response is valid only for this purpose in this sign-in.
 */
function challengeOf(pendingToken: string, purpose: "add" | "show" | "alone"): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash("sha256").update(`usher passkey ${purpose} ${pendingToken}`).digest());
}

/** The person whose passkey is added. */
interface Holder {
  readonly id: string;
  readonly email: string;
  readonly fullName: string;
}

/** What the browser needs to make a passkey, as JSON. */
export async function describeNewPasskey(
  { host }: PasskeySite,
  pendingToken: string,
  holder: Holder,
  { siteName, existing }: { readonly siteName: string; readonly existing: readonly Passkey[] },
): Promise<string> {
  const { generateRegistrationOptions } = await import("@simplewebauthn/server");
  const options = await generateRegistrationOptions({
    rpID: host,
    rpName: siteName,
    userID: new Uint8Array(Buffer.from(holder.id)),
    userName: holder.email,
    userDisplayName: holder.fullName,
    challenge: challengeOf(pendingToken, "add"),
    attestationType: "none",
    excludeCredentials: existing.map(describeCredential),
    authenticatorSelection: { residentKey: "preferred", userVerification: "preferred" },
  });
  return JSON.stringify(options);
}

/** What the browser needs to use one of the passkeys, as JSON. */
export async function describePasskeys(
  { host }: PasskeySite,
  pendingToken: string,
  passkeys: readonly Passkey[],
): Promise<string> {
  const { generateAuthenticationOptions } = await import("@simplewebauthn/server");
  const options = await generateAuthenticationOptions({
    rpID: host,
    challenge: challengeOf(pendingToken, "show"),
    allowCredentials: passkeys.map(describeCredential),
    userVerification: "preferred",
  });
  return JSON.stringify(options);
}

/** What the browser needs to use any passkey of this site without a password, as JSON. */
export async function describeAnyPasskey({ host }: PasskeySite, source: string): Promise<string> {
  const { generateAuthenticationOptions } = await import("@simplewebauthn/server");
  const challenge = challengeOf(source, "alone");
  return JSON.stringify(await generateAuthenticationOptions({ rpID: host, challenge, userVerification: "required" }));
}

/** The id of the passkey that a browser's response names; `null` if it names none. */
export function readCredentialId(entered: string): string | null {
  const id = readResponse(entered)?.["id"];
  return typeof id === "string" ? id : null;
}

/** A passkey that a browser has just made. */
export interface NewPasskey {
  readonly credential: PasskeyCredential;
  readonly counter: number;
  readonly backedUp: boolean;
}

/** Verifies the response of a browser that made a passkey; `null` if the response is wrong. */
export async function verifyNewPasskey(
  { origin, host }: PasskeySite,
  pendingToken: string,
  entered: string,
): Promise<NewPasskey | null> {
  const response = readResponse(entered);
  if (response === null) return null;
  const { verifyRegistrationResponse } = await import("@simplewebauthn/server");
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: response as unknown as RegistrationResponseJSON,
      expectedChallenge: toBase64Url(challengeOf(pendingToken, "add")),
      expectedOrigin: origin,
      expectedRPID: host,
      requireUserVerification: false,
    });
    if (!verified) return null;
    const { credential, credentialBackedUp } = registrationInfo;
    return {
      credential: {
        id: credential.id,
        publicKey: toBase64Url(credential.publicKey),
        transports: (credential.transports ?? []).filter((each) => typeof each === "string").slice(0, 10),
      },
      counter: credential.counter,
      backedUp: credentialBackedUp,
    };
  } catch {
    return null;
  }
}

/** The verified use of a passkey. */
export interface ShownPasskey {
  readonly passkey: Passkey;
  readonly counter: number;
  readonly backedUp: boolean;
}

/**
 * Verifies the response of a browser that used one of the passkeys; `null` if the response is wrong. `CLONED` if the signature
 * is right and the counter is not higher than before: then two copies of the passkey may be in use (Web Authentication,
 * section 6.1.1).
 *
 * @param use `ALONE` for a sign-in without a password: then the device must have verified the person
 */
export async function verifyPasskey(
  { origin, host }: PasskeySite,
  pendingToken: string,
  passkeys: readonly Passkey[],
  entered: string,
  use: "AFTER_PASSWORD" | "ALONE" = "AFTER_PASSWORD",
): Promise<ShownPasskey | "CLONED" | null> {
  const response = readResponse(entered);
  const passkey = passkeys.find(({ credential }) => credential.id === response?.["id"]);
  if (response === null || passkey === undefined) return null;
  const { verifyAuthenticationResponse } = await import("@simplewebauthn/server");
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: response as unknown as AuthenticationResponseJSON,
      expectedChallenge: toBase64Url(challengeOf(pendingToken, use === "ALONE" ? "alone" : "show")),
      expectedOrigin: origin,
      expectedRPID: host,
      requireUserVerification: use === "ALONE",
      // With the stored counter, the library would refuse a low one before it checks the signature. Any browser can send
      // a low counter, so the code below compares it after the signature.
      credential: {
        id: passkey.credential.id,
        publicKey: new Uint8Array(Buffer.from(passkey.credential.publicKey, "base64url")),
        counter: 0,
      },
    });
    if (!verified) return null;
    const { newCounter: counter, credentialBackedUp: backedUp } = authenticationInfo;
    if ((counter > 0 || passkey.counter > 0) && counter <= passkey.counter) return "CLONED";
    return { passkey, counter, backedUp };
  } catch {
    return null;
  }
}

function readResponse(entered: string): Readonly<Record<string, unknown>> | null {
  if (entered.length > LONGEST_RESPONSE) return null;
  try {
    const parsed: unknown = JSON.parse(entered);
    return typeof parsed === "object" && parsed !== null ? (parsed as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

function describeCredential({ credential: { id } }: Passkey): { readonly id: string } {
  return { id };
}

function toBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}
