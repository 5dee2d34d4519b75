/** What an attacker has to work with, and the two things that every attack begins with. */
import type { ProviderKey } from "../saml/certificate.js";
import type { AuthnRequest, Person, ResponseContent, SamlProvider } from "../saml/index.js";

/** What an attacker has to work with. */
export interface HostileSituation {
  readonly provider: SamlProvider;
  /** The attacker's own sign-in, under way. */
  readonly request: AuthnRequest;
  readonly attacker: Person;
  readonly victim: Person;
  /** A key of the attacker's own. */
  readonly foreignKey: ProviderKey;
  /** The connection's own, in PEM: it is published, so the attacker has it. */
  readonly encryptionCertificate: string;
  readonly now: Date;
}

export interface HostileMessage {
  /** The refusal that it deserves. */
  readonly code: string;
  /** It must be refused before a verifying library sees it. */
  readonly isRefusedEarly: boolean;
  /** The form's fields. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Takes a hostile message; `isRefusedEarly` is true unless it is said otherwise. */
export type Add = (name: string, code: string, xml: string | Buffer, isRefusedEarly?: boolean) => void;

/** Takes a hostile form. */
export type AddFields = (name: string, code: string, fields: Record<string, string>) => void;

/** A genuine answer to the attacker's request about the attacker, in parts. */
export function genuine({ provider, request, attacker }: HostileSituation, changes: Partial<ResponseContent> = {}) {
  return provider.build({ ...provider.describe(attacker, request), ...changes });
}

/** Turns an assertion about the attacker into one about the victim. */
export function impersonate({ attacker, victim }: HostileSituation) {
  return (xml: string) => xml.replaceAll(attacker.id, victim.id).replaceAll(attacker.email, victim.email);
}
