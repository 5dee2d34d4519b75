/** The attacker's knowledge and keys, and the first two steps of every attack. */
import type { ProviderKey } from "../saml/certificate.js";
import type { AuthnRequest, Person, ResponseContent, SamlProvider } from "../saml/index.js";

export interface HostileSituation {
  readonly provider: SamlProvider;
  /** The attacker's own sign-in, still pending. */
  readonly request: AuthnRequest;
  readonly attacker: Person;
  readonly victim: Person;
  /** A key that the attacker made. */
  readonly foreignKey: ProviderKey;
  /** The connection's own certificate in PEM. Anyone can read it. */
  readonly encryptionCertificate: string;
  readonly now: Date;
}

export interface HostileMessage {
  /** The expected refusal. */
  readonly code: string;
  /** Whether it must be refused before a verifying library sees it. */
  readonly isRefusedEarly: boolean;
  /** The fields of the form. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Adds a hostile message. `isRefusedEarly` defaults to true. */
export type Add = (name: string, code: string, xml: string | Buffer, isRefusedEarly?: boolean) => void;

/** Adds a hostile form. */
export type AddFields = (name: string, code: string, fields: Record<string, string>) => void;

/** The parts of a genuine response to the attacker's request. It names the attacker. */
export function genuine({ provider, request, attacker }: HostileSituation, changes: Partial<ResponseContent> = {}) {
  return provider.build({ ...provider.describe(attacker, request), ...changes });
}

/** Turns an assertion about the attacker into one about the victim. */
export function impersonate({ attacker, victim }: HostileSituation) {
  return (xml: string) => xml.replaceAll(attacker.id, victim.id).replaceAll(attacker.email, victim.email);
}
