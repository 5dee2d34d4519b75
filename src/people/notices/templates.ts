/** The mail templates about accounts. */
import { toOneLine } from "../../platform/mail/mail-text.js";
import { defineMailTemplate } from "../../platform/mail/template.js";

/** The organization that sends a mail, with its contact for support. */
interface NoticeOrganization {
  readonly name: string;
  readonly supportContact: string | null;
}

/** The data of the mail about a merged account. */
export interface AccountMerged {
  readonly organization: NoticeOrganization;
  readonly connectionName: string;
  readonly fullName: string;
  readonly email: string;
  readonly mergedAt: Date;
  /** Whether the merge removed a password whose address was not confirmed. */
  readonly droppedPassword: boolean;
}

export const ACCOUNT_MERGED = defineMailTemplate<AccountMerged>({
  name: "account-merged",
  description: "to a person whose account was joined by a sign-in through a connection with merging by e-mail",
  subject: ({ organization }) => `Your account at ${organization.name} has a new way to sign in`,
  body: ({ organization, connectionName, fullName, email, mergedAt, droppedPassword }) =>
    paragraphs(
      `Hello ${toOneLine(fullName)},`,
      `somebody signed in to ${toOneLine(organization.name)} through "${toOneLine(connectionName)}" with your address, ${email}, on ${formatMoment(mergedAt)}. As ${toOneLine(organization.name)} has decided for this way of signing in, it now leads to your account.`,
      droppedPassword
        ? "The account had a password whose address was not confirmed. It was removed, and those who were signed in with it are signed out."
        : null,
      "If this was you, there is nothing to do.",
      `If it was not you, somebody else may be using your account. Tell ${contact(organization)} at once: they can undo it.`,
    ),
});

/** The data of the mail about an account that waits for approval. */
export interface ApprovalRequested {
  readonly organization: NoticeOrganization;
  readonly connectionName: string;
  readonly fullName: string;
  readonly email: string;
  readonly userId: string;
}

export const APPROVAL_REQUESTED = defineMailTemplate<ApprovalRequested>({
  name: "approval-requested",
  description: "to the administrators of an organization, when a new account waits for approval",
  subject: ({ organization, fullName }) => `${fullName} waits for approval at ${organization.name}`,
  body: ({ organization, connectionName, fullName, email, userId }) =>
    paragraphs(
      `${toOneLine(fullName)} (${email}) signed in through "${toOneLine(connectionName)}" for the first time. The account waits for the approval of an administrator of ${toOneLine(organization.name)}; until then, nobody can use it.`,
      `The account's id is ${userId}.`,
      "You receive this because you are an administrator. Each of you can answer; one answer is enough.",
    ),
});

/** The data of the mail about an account of another organization with the person's address. */
export interface AddressGiven {
  /** The organization of the person. */
  readonly organization: NoticeOrganization;
  readonly fullName: string;
  readonly email: string;
  /** The other organization. */
  readonly givenBy: string;
}

export const ADDRESS_GIVEN = defineMailTemplate<AddressGiven>({
  name: "address-given",
  description:
    "to a person who signs in with a password, when another organization sets their address for an account; once a day at most",
  subject: ({ givenBy }) => `${givenBy} has an account with your address`,
  body: ({ organization, fullName, email, givenBy }) =>
    paragraphs(
      `Hello ${toOneLine(fullName)},`,
      `an administrator of ${toOneLine(givenBy)} has given an account there your address, ${email}.`,
      `You sign in to ${toOneLine(organization.name)} with this address and a password. Nothing changes about that: the account at ${toOneLine(givenBy)} has no password, and yours does not open it.`,
      `If you know nothing of ${toOneLine(givenBy)}, tell ${contact(organization)}.`,
    ),
});

/** The data of the mail about an API key that expires. */
export interface ApiKeyExpiring {
  readonly organization: NoticeOrganization;
  readonly keyName: string;
  readonly keyId: string;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
}

export const API_KEY_EXPIRING = defineMailTemplate<ApiKeyExpiring>({
  name: "api-key-expiring",
  description: "to the administrators of an organization, 14 days before an API key expires",
  subject: ({ organization, keyName }) => `The API key "${keyName}" of ${organization.name} expires soon`,
  body: ({ organization, keyName, keyId, expiresAt, lastUsedAt }) =>
    paragraphs(
      `The API key "${toOneLine(keyName)}" of ${toOneLine(organization.name)} expires on ${formatMoment(expiresAt)}. From then on, requests with it are refused.`,
      lastUsedAt === null ? "It was never used." : `It was last used on ${formatMoment(lastUsedAt)}.`,
      "If a program still needs it, rotate the key (rotateApiKey) and give the program the new one. The present key works for another day meanwhile.",
      `The key's id is ${keyId}.`,
      "You receive this because you are an administrator.",
    ),
});

/** Every template of people. */
export const NOTICE_TEMPLATES = [ACCOUNT_MERGED, APPROVAL_REQUESTED, ADDRESS_GIVEN, API_KEY_EXPIRING] as const;

function paragraphs(...texts: readonly (string | null)[]): string {
  return `${texts.filter((text) => text !== null).join("\n\n")}\n`;
}

function contact({ name, supportContact }: NoticeOrganization): string {
  return supportContact === null ? `an administrator of ${toOneLine(name)}` : toOneLine(supportContact);
}

/** In UTC, because the reader's time zone is unknown: `23 November 2026, 09:15 UTC`. */
function formatMoment(moment: Date): string {
  const text = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }).format(
    moment,
  );
  return `${text.replace(" at ", ", ")} UTC`;
}
