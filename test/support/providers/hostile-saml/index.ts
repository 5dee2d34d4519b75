/**
 * Hostile SAML messages by name, with the expected refusal, and whether a verifying library may see them. If the name says so,
 * the real provider signed the message. Otherwise, an attacker with an account at the provider forged it from a genuine response
 * to their own request, to sign in as a victim.
 */
import { addEncryption } from "./encryption.js";
import { addKinds } from "./kinds.js";
import { addMarkup } from "./markup.js";
import { addProfiles } from "./profiles.js";
import { addSignatures } from "./signatures.js";
import type { HostileMessage, HostileSituation } from "./situation.js";
import { addWrappings } from "./wrapping-messages.js";

export type { HostileMessage, HostileSituation } from "./situation.js";

/** All hostile messages of this situation, by name. */
export function forgeMessages(situation: HostileSituation): ReadonlyMap<string, HostileMessage> {
  const messages = new Map<string, HostileMessage>();
  const add = (name: string, code: string, xml: string | Buffer, isRefusedEarly = true) => {
    if (messages.has(name)) throw new Error(`two hostile messages have the name ${name}`);
    messages.set(name, { code, isRefusedEarly, fields: { SAMLResponse: Buffer.from(xml).toString("base64") } });
  };
  const addFields = (name: string, code: string, fields: Record<string, string>) =>
    messages.set(name, { code, isRefusedEarly: true, fields });
  addWrappings(situation, add);
  addMarkup(situation, add, addFields);
  addSignatures(situation, add);
  addProfiles(situation, add);
  addKinds(situation, add, addFields);
  addEncryption(situation, add);
  return messages;
}
