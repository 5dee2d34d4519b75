/**
 * A hostile SAML provider: every forged message by name, with the refusal that it deserves and whether a verifying
 * library may see it. Where the name says so, the real provider signed it; else a person who has an account there, and a
 * genuine answer to their own request, made it to become somebody else.
 */
import { addEncryption } from "./encryption.js";
import { addKinds } from "./kinds.js";
import { addMarkup } from "./markup.js";
import { addProfiles } from "./profiles.js";
import { addSignatures } from "./signatures.js";
import type { HostileMessage, HostileSituation } from "./situation.js";
import { addWrappings } from "./wrapping-messages.js";

export type { HostileMessage, HostileSituation } from "./situation.js";

/** Every hostile message for this situation, by name. */
export function forgeMessages(situation: HostileSituation): ReadonlyMap<string, HostileMessage> {
  const messages = new Map<string, HostileMessage>();
  const add = (name: string, code: string, xml: string | Buffer, isRefusedEarly = true) => {
    if (messages.has(name)) throw new Error(`Two hostile messages are called ${name}.`);
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
