/**
 * A complete connection type for an invented protocol. Like a type inside this repository, it consists of one folder and one
 * line (docs/connection-types.md). Like every type, it imports only the contract from Usher.
 */
import {
  CONTRACT_VERSION,
  boundProfile,
  defineConnectionType,
  ProtocolRefusal,
  type Finding,
  type NormalizedProfile,
  type Runtime,
} from "../../../src/connection/contract/index.js";
import { SPECIMEN_SETTINGS, type SpecimenSettings } from "./settings.js";
import {
  refuse,
  SPECIMEN_REFUSALS,
  createSpecimenStrategy,
  type OpenedSpecimen,
  type VerifiedTicket,
} from "./strategy.js";

export const specimen = defineConnectionType<typeof SPECIMEN_SETTINGS, OpenedSpecimen, VerifiedTicket>({
  id: "specimen",
  name: "Specimen",
  description: "Signed tickets of a provider that exists in tests only.",
  guide: "docs/connection-types.md",
  contractVersion: CONTRACT_VERSION,
  settingsVersion: 1,
  upgrade: (stored) => stored,
  binding: "redirect",
  settings: SPECIMEN_SETTINGS,
  refusals: SPECIMEN_REFUSALS,
  check: ({ address }) =>
    address?.endsWith("/") === true ? [{ setting: "address", message: "must have no slash at its end" }] : [],
  serviceProvider: ({ callbackUrl, startUrl }) => [
    { name: "redirectUrl", label: "Return address", value: callbackUrl },
    { name: "signOnUrl", label: "Start address", value: startUrl },
  ],
  issuer: ({ address }) => (address === null ? { kind: "open" } : { kind: "learnt", from: address }),
  open: async (settings, runtime) => ({ settings, issuer: await findIssuer(settings, runtime) }),
  strategy: (opened, { addresses, now }) => createSpecimenStrategy(opened, addresses.callbackUrl, now),
  normalize,
  diagnose: async (settings, runtime) => [await observeProvider(settings, runtime)],
});

/** Asks the provider for its description. Every wrong answer leads to a refusal, never to a different error. */
async function findIssuer({ address }: SpecimenSettings, { fetch }: Runtime): Promise<string> {
  try {
    const response = await fetch(`${address}/description`);
    const { issuer } = (await response.json()) as { issuer?: unknown };
    if (response.ok && typeof issuer === "string" && issuer !== "") return issuer;
  } catch (error) {
    return refuse("SPECIMEN_UNREACHABLE", error instanceof Error ? error.message : null);
  }
  return refuse("SPECIMEN_UNREACHABLE", "the provider did not describe itself");
}

async function observeProvider(settings: SpecimenSettings, runtime: Runtime): Promise<Finding> {
  const check = "PROVIDER_REACHABLE";
  try {
    const issuer = await findIssuer(settings, runtime);
    return { check, level: "OK", message: `The provider is ${issuer}.`, remedy: null };
  } catch (error) {
    if (!(error instanceof ProtocolRefusal)) throw error;
    const { remedy } = SPECIMEN_REFUSALS.SPECIMEN_UNREACHABLE;
    return { check, level: "ERROR", message: error.message, remedy };
  }
}

function normalize({ issuer, ticket }: VerifiedTicket, { groupsField }: SpecimenSettings): NormalizedProfile {
  const attributes = Object.fromEntries(
    Object.entries(ticket).map(([name, value]) => [name, (Array.isArray(value) ? value : [value]).map(asText)]),
  );
  const all = (name: string) =>
    Object.hasOwn(attributes, name) ? attributes[name]?.map((text) => text.trim()) : undefined;
  const one = (name: string) => all(name)?.[0] ?? null;
  const groups = all(groupsField);
  return boundProfile({
    issuer,
    subject: asText(ticket["subject"]),
    email: all("email")?.find((text) => ADDRESS.test(text)) ?? null,
    emailVerified: null,
    username: null,
    firstName: one("firstName"),
    lastName: one("lastName"),
    fullName: null,
    employeeId: null,
    groups: groups === undefined ? { kind: "silent" } : { kind: "known", values: groups.filter(Boolean) },
    groupsClaims: [groupsField],
    profile: {},
    attributes,
    authenticationMethods: [],
  });
}

const ADDRESS = /^[^@\s]+@[^@\s]+$/;

function asText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
