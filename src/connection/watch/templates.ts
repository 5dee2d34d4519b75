/** The mails to administrators about connections that Usher watches. */
import { toOneLine } from "../../platform/mail/mail-text.js";
import { defineMailTemplate } from "../../platform/mail/template.js";
import type { Expiration } from "../contract/index.js";

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

/** Every template of connections. */
export const CONNECTION_TEMPLATES = [CONNECTION_EXPIRING_NOTICE] as const;

function write({ connection: { id }, publicUrl }: Watched, paragraphs: readonly string[]): string {
  return `${[
    ...paragraphs,
    `The connection's id is ${id}. To see its health, sign in, open ${publicUrl}/graphql and run:\n{ connection(id: "${id}") { displayName health { findings { level message remedy } expirations { kind name expiresAt } } } }`,
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
