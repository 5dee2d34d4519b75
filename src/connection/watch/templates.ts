/** The mails to administrators about connections that Usher watches. */
import { toOneLine } from "../../platform/mail/mail-text.js";
import { defineMailTemplate } from "../../platform/mail/template.js";
import type { Expiration } from "../contract/index.js";
import type { FailingPart } from "./failing.js";

/** The connection that a mail is about. */
interface Watched {
  readonly organization: { readonly name: string };
  readonly connection: { readonly id: string; readonly displayName: string };
  readonly publicUrl: string;
}

export interface ConnectionExpiring extends Watched {
  readonly kind: Expiration["kind"];
  readonly name: string;
  readonly expiresAt: Date;
  readonly now: Date;
}

export const CONNECTION_EXPIRING_NOTICE = defineMailTemplate<ConnectionExpiring>({
  name: "connection-expiring",
  description:
    "to the administrators of an organization, 60, 30, 7 and 1 days before a provider's certificate or a client secret expires",
  subject: ({ organization, connection, kind, expiresAt, now }) =>
    `${kind === "CERTIFICATE" ? "A certificate" : "The client secret"} of "${connection.displayName}" ${tense(expiresAt, now)} on ${day(expiresAt)} (${organization.name})`,
  body: (told) => {
    const { connection, kind, name, expiresAt, now } = told;
    const until = `${tense(expiresAt, now)} on ${day(expiresAt)}`;
    return write(
      told,
      kind === "CERTIFICATE"
        ? [
            `A signing certificate of the identity provider ${quoted(connection)} ${until}. Its SHA-256 fingerprint is ${name}.`,
            "If the provider still signs with it then, nobody can sign in through this connection.",
            "Create a new signing certificate at the provider. If the connection has a metadataUrl, Usher takes the new certificate over by itself. If not, add it to the setting certificates, or paste the new metadata, before the provider begins to sign with it. The connection can have both at once. If the provider no longer uses this certificate, remove it.",
          ]
        : [
            `The client secret of the connection ${quoted(connection)} ${until}, as its setting clientSecretExpiresAt says.`,
            "After that, nobody can sign in through this connection.",
            `Create a new client secret at the provider, and enter it as ${name} with updateConnection, together with its date as clientSecretExpiresAt. Nobody is signed out. Then run testConnection, and remove the old secret at the provider.`,
          ],
    );
  },
});

export interface ConnectionFailing extends Watched {
  readonly part: FailingPart;
  readonly code: string;
  /** What an administrator can do about the code; `null` if the connection's type is not installed. */
  readonly remedy: string | null;
}

export const CONNECTION_FAILING_NOTICE = defineMailTemplate<ConnectionFailing>({
  name: "connection-failing",
  description:
    "to the administrators of an organization, once when sign-ins through a connection begin to fail in a row, or Usher can no longer read the provider's metadata",
  subject: ({ organization, connection, part }) =>
    part === "SIGN_INS"
      ? `Sign-ins through "${connection.displayName}" fail (${organization.name})`
      : `The metadata of "${connection.displayName}" cannot be read (${organization.name})`,
  body: (told) => {
    const { connection, part, code, remedy } = told;
    return write(told, [
      part === "SIGN_INS"
        ? `Several sign-ins in a row through the connection ${quoted(connection)} have failed, and nobody has signed in since. The cause is the identity provider or the settings, not the people. The last failure is ${code}.`
        : `Usher has tried several times to read what the identity provider of the connection ${quoted(connection)} publishes, and failed. Sign-ins go on with the last copy, but stop when the provider changes its certificate. The last failure is ${code}.`,
      ...(remedy === null ? [] : [remedy]),
      "Run testConnection, and look at the last entries of signInAttempts: each names what happened and what to do. You get no further mail until the connection has worked again.",
    ]);
  },
});

export interface ConnectionDrifted extends Watched {
  readonly gone: readonly {
    readonly kind: "GROUPS" | "CLAIM" | "FIELD";
    readonly name: string;
    readonly claim: string | null;
  }[];
}

export const CONNECTION_DRIFTED_NOTICE = defineMailTemplate<ConnectionDrifted>({
  name: "connection-drifted",
  description:
    "to the administrators of an organization, once when claims that a connection uses stop to arrive, until they come back",
  subject: ({ organization, connection, gone }) =>
    `${gone.some(({ kind }) => kind === "GROUPS") ? "Groups" : "Claims"} no longer arrive through "${connection.displayName}" (${organization.name})`,
  body: (told) =>
    write(told, [
      `The last people who signed in through the connection ${quoted(told.connection)} came without the following, which people before them brought:`,
      told.gone.map(describeGone).join("\n"),
      "Mappings, roles, groups and profile fields that depend on it no longer change, or change to nothing, as the connection's policies say. People can still sign in unless a policy refuses them.",
      "Look at the provider for a change of the claims, attributes or groups that it sends to this application, and put it back. If the change was wanted, correct the mappings and settings. startTestSignIn shows what the provider sends now.",
    ]),
});

function describeGone({ kind, name, claim }: ConnectionDrifted["gone"][number]): string {
  if (kind === "GROUPS") return "- the groups";
  if (kind === "CLAIM") return `- the claim ${toOneLine(name)}`;
  return `- the field ${name}${claim === null ? "" : `, which came from the claim ${toOneLine(claim)}`}`;
}

/** Every template of connections. */
export const CONNECTION_TEMPLATES = [
  CONNECTION_EXPIRING_NOTICE,
  CONNECTION_FAILING_NOTICE,
  CONNECTION_DRIFTED_NOTICE,
] as const;

function write({ connection: { id }, publicUrl }: Watched, paragraphs: readonly string[]): string {
  return `${[
    ...paragraphs,
    `The connection's id is ${id}. To see its health, sign in, open ${publicUrl}/graphql and run:\n{ connection(id: "${id}") { displayName health { failingSince failingCode findings { level message remedy } expirations { kind name expiresAt } } } }`,
    "You receive this because you are an administrator.",
  ].join("\n\n")}\n`;
}

function quoted({ displayName }: Watched["connection"]): string {
  return `"${toOneLine(displayName)}"`;
}

function tense(expiresAt: Date, now: Date): string {
  return expiresAt <= now ? "expired" : "expires";
}

/** In UTC, because the reader's time zone is unknown: `23 November 2026`. */
function day(moment: Date): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(moment);
}
